import { isResourcePath } from './resource-path.js';

/**
 * The resource path that a URL has below a prefix, `undefined` where it is another URL. Pure. Queries and fragments are for servers and
 * engines: no path has them.
 *
 * @param from.prefix - Absolute, ends with `/`.
 * @param from.page - What relative URLs are relative to.
 * @example
 * resourcePathOf('pictures/hero.png?v=2', { prefix: 'https://example.com/game/', page: 'https://example.com/game/' }); // → '/pictures/hero.png'
 */
export function resourcePathOf(
  url: string,
  { prefix, page }: { readonly prefix: string; readonly page: string },
): string | undefined {
  if (!URL.canParse(url, page)) return undefined;
  const { href, search, hash } = new URL(url, page);
  const bare = href.slice(0, href.length - search.length - hash.length);
  if (!bare.startsWith(prefix)) return undefined;
  const path = decoded(`/${bare.slice(prefix.length)}`);
  return path !== undefined && isResourcePath(path) ? path : undefined;
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined; // A lone % is no escape, so this is the name of no resource.
  }
}
