import type { ObjectMeta } from './publish-target.js';

/** What stands under a key of the bucket layout. */
export type ObjectKind = 'archive' | 'release' | 'root' | 'channel' | 'history';

/** Named by content or written once: may be kept for a year. `no-transform` keeps proxies from compressing archives anew. */
const IMMUTABLE = 'public, max-age=31536000, immutable';

/** How each kind of object is served. Channels are the only objects that change, so nobody may keep one unasked. */
export const OBJECT_HEADERS: Readonly<Record<ObjectKind, ObjectMeta>> = {
  archive: { contentType: 'application/zip', cacheControl: `${IMMUTABLE}, no-transform` },
  release: { contentType: 'application/json', cacheControl: IMMUTABLE },
  root: { contentType: 'application/json', cacheControl: IMMUTABLE },
  channel: { contentType: 'application/json', cacheControl: 'no-cache' },
  history: { contentType: 'application/json', cacheControl: IMMUTABLE },
};

/** The folders of the layout, and what a key in each looks like. */
const KIND_PATTERNS: readonly (readonly [ObjectKind, RegExp])[] = [
  ['archive', /(?:^|\/)archives\/[^/]+\.zip$/],
  ['release', /(?:^|\/)releases\/[0-9a-f]{64}\.json$/],
  ['root', /(?:^|\/)root\/[1-9]\d*\.json$/],
  ['channel', /(?:^|\/)channels\/[^/]+\.json$/],
  ['history', /(?:^|\/)history\/[^/]+\/[1-9]\d*\.[0-9a-f]{16}\.json$/],
];

/** The kind of the object that a key or the end of a URL path names, or `undefined` outside the layout. */
export function objectKind(path: string): ObjectKind | undefined {
  return KIND_PATTERNS.find(([, pattern]) => pattern.test(path))?.[0];
}
