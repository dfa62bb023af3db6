import type { ObjectMeta } from './publish-target.js';

/** What stands under a key of the bucket layout. */
export type ObjectKind = 'archive' | 'release' | 'root' | 'channel';

/** Named by content or written once: may be kept for a year. `no-transform` keeps proxies from compressing archives anew. */
const IMMUTABLE = 'public, max-age=31536000, immutable';

/** How each kind of object is served. Channels are the only objects that change, so nobody may keep one unasked. */
export const OBJECT_HEADERS: Readonly<Record<ObjectKind, ObjectMeta>> = {
  archive: { contentType: 'application/zip', cacheControl: `${IMMUTABLE}, no-transform` },
  release: { contentType: 'application/json', cacheControl: IMMUTABLE },
  root: { contentType: 'application/json', cacheControl: IMMUTABLE },
  channel: { contentType: 'application/json', cacheControl: 'no-cache' },
};

/** The kind of the object that a key or the end of a URL path names, or `undefined` outside the layout. */
export function objectKind(path: string): ObjectKind | undefined {
  const match =
    /(?:^|\/)(?:(archives)\/[^/]+\.zip|(releases)\/[0-9a-f]{64}\.json|(root)\/[1-9]\d*\.json|(channels)\/[^/]+\.json)$/.exec(
      path,
    );
  if (match === null) return undefined;
  if (match[1] !== undefined) return 'archive';
  if (match[2] !== undefined) return 'release';
  return match[3] !== undefined ? 'root' : 'channel';
}
