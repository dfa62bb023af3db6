import { resourcePathOf } from '@lading/manifest/client';

/** The way between URLs of a page and resources. */
export interface ServedUrls {
  /** Absolute, ends with `/`. */
  readonly prefix: string;
  /** The resource path that a URL has below the prefix; `undefined` where it is another URL. Queries and fragments count for nothing. */
  pathOf(url: string): string | undefined;
  /** The URL of a resource, relative names resolved. */
  urlOf(path: string): string;
}

/** Makes the way between URLs below `prefix` (relative to `page`) and resources. Pure. */
export function servedUrls(prefix: string, page: string): ServedUrls {
  const folder = new URL(prefix, page).href;
  const top = folder.endsWith('/') ? folder : `${folder}/`;
  return {
    prefix: top,
    pathOf: (url) => resourcePathOf(url, { prefix: top, page }),
    urlOf: (path) => top + path.slice(1).split('/').map(encodeURIComponent).join('/'),
  };
}
