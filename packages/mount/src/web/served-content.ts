import type { Runtime } from '../client.js';
import type { ServedUrls } from './served-urls.js';

/** What a tier serves from. */
export interface ServedContent {
  readonly runtime: Pick<Runtime, 'resolve' | 'response' | 'url'>;
  readonly urls: ServedUrls;
  /** Hears of every resource that a mount has and cannot give. */
  readonly onError: (error: unknown, path: string) => void;
}

/** The resource that a URL means, where a mount has it. */
export function mountedPath({ runtime, urls }: ServedContent, url: string): string | undefined {
  const path = urls.pathOf(url);
  return path !== undefined && runtime.resolve(path).state !== 'missing' ? path : undefined;
}
