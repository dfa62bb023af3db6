import { OBJECT_HEADERS, objectKind } from '../../object-headers.js';
import type { ObjectMeta } from '../../publish-target.js';

/** Media types by extension; what is not here is bytes. */
const MEDIA_TYPES: ReadonlyMap<string, string> = new Map([
  ['html', 'text/html; charset=utf-8'],
  ['js', 'text/javascript; charset=utf-8'],
  ['mjs', 'text/javascript; charset=utf-8'],
  ['css', 'text/css; charset=utf-8'],
  ['json', 'application/json'],
  ['map', 'application/json'],
  ['wasm', 'application/wasm'],
  ['zip', 'application/zip'],
  ['svg', 'image/svg+xml'],
  ['png', 'image/png'],
  ['jpg', 'image/jpeg'],
  ['jpeg', 'image/jpeg'],
  ['webp', 'image/webp'],
  ['avif', 'image/avif'],
  ['gif', 'image/gif'],
  ['ico', 'image/x-icon'],
  ['ogg', 'audio/ogg'],
  ['mp3', 'audio/mpeg'],
  ['wav', 'audio/wav'],
  ['mp4', 'video/mp4'],
  ['webm', 'video/webm'],
  ['gltf', 'model/gltf+json'],
  ['glb', 'model/gltf-binary'],
  ['txt', 'text/plain; charset=utf-8'],
  ['xml', 'application/xml'],
  ['webmanifest', 'application/manifest+json'],
  ['woff2', 'font/woff2'],
]);

/** The media type of a file name. */
export function mediaTypeOf(name: string): string {
  return MEDIA_TYPES.get(name.slice(name.lastIndexOf('.') + 1).toLowerCase()) ?? 'application/octet-stream';
}

/** How a file is served: as the bucket layout says where its path is one of it; everything else is asked for again. */
export function metaOf(path: string): ObjectMeta {
  const kind = objectKind(path);
  return kind === undefined ? { contentType: mediaTypeOf(path), cacheControl: 'no-cache' } : OBJECT_HEADERS[kind];
}

/** Headers that let pages of any origin read ranges. */
export const CORS_HEADERS: Readonly<Record<string, string>> = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'accept-ranges, content-length, content-range, etag',
  'cross-origin-resource-policy': 'cross-origin',
};

/** What a preflight is answered with, beside {@link CORS_HEADERS}. */
export const PREFLIGHT_HEADERS: Readonly<Record<string, string>> = {
  'access-control-allow-methods': 'GET, HEAD',
  'access-control-allow-headers': 'range, if-none-match, if-match, if-range, cache-control',
  'access-control-max-age': '86400',
};
