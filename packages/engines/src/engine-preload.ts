import { EngineError } from './engine-error.js';
import type { EngineRoute, OpenedUrl } from './engine-route.js';

/** Nobody answers it, so loaders of every kind fail. */
export const NOWHERE = 'blob:lading/nowhere';

/** URLs that are ready before an engine asks, for engines that cannot wait for one. */
export interface EnginePreload {
  /** Gets them ready. Ends when each is ready or has failed; then throws the first error, and what is ready stays. */
  preload(paths: Iterable<string>): Promise<void>;
  /** The URL to load from instead: itself where no mount has it; one that fails, and a report, where it is not ready. */
  urlFor(url: string): string;
  /** Lets go of all. */
  close(): void;
}

/** Keeps URLs ready. Where a tier serves, all are. */
export function enginePreload(route: EngineRoute): EnginePreload {
  const ready = new Map<string, OpenedUrl>();
  let isClosed = false;
  const open = async (path: string): Promise<void> => {
    const opened = await route.open(path);
    if (isClosed) opened.close();
    else ready.set(path, opened);
  };
  return {
    async preload(paths) {
      const wanted = [...new Set(paths)].filter((path) => !ready.has(path) && route.servedUrl(path) === undefined);
      const done = await Promise.allSettled(wanted.map(open));
      const failed = done.find(({ status }) => status === 'rejected');
      if (failed?.status === 'rejected') throw failed.reason;
    },
    urlFor(url) {
      const path = route.pathOf(url);
      if (path === undefined) return url;
      const found = route.servedUrl(path) ?? ready.get(path)?.url;
      if (found === undefined) route.report(notPreloaded(path), path);
      return found ?? NOWHERE;
    },
    close() {
      isClosed = true;
      for (const { close } of ready.values()) close();
      ready.clear();
    },
  };
}

function notPreloaded(path: string): EngineError {
  return new EngineError('ERR_ENGINE_NOT_PRELOADED', `${path} is mounted, but was not preloaded`, {
    details: { path },
    hint: 'No tier serves this page, so the engine needs it ahead: await preload([…]) of what connecting it returned.',
  });
}
