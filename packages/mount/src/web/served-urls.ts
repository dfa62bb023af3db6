import { isResourcePath } from '@lading/manifest/client';

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
    pathOf(url) {
      if (!URL.canParse(url, page)) return undefined;
      const { href, search, hash } = new URL(url, page);
      const bare = href.slice(0, href.length - search.length - hash.length);
      if (!bare.startsWith(top)) return undefined;
      const path = decoded(`/${bare.slice(top.length)}`);
      return path !== undefined && isResourcePath(path) ? path : undefined;
    },
    urlOf: (path) => top + path.slice(1).split('/').map(encodeURIComponent).join('/'),
  };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined; // A lone % is no escape, so this is the name of no resource.
  }
}
