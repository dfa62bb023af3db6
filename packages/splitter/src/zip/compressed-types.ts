/** Extensions of types that are compressed in themselves: deflate would cost time on both sides and gain nothing. */
const COMPRESSED_EXTENSIONS: ReadonlySet<string> = new Set(
  [
    'png apng jpg jpeg jfif gif webp avif heic jxl',
    'mp3 ogg oga oggc opus aac m4a flac wma',
    'mp4 m4v webm ogv mov mkv',
    'zip gz tgz br zst xz 7z bz2 lz4 rar jar apk',
    'woff woff2',
  ].flatMap((line) => line.split(' ')),
);

/**
 * Tells from its name whether a resource is of a type that is compressed in itself (PNG, Ogg, MP4, zip, …). Part of the
 * archive format: it decides which members are stored.
 */
export function isCompressedType(path: string): boolean {
  const dot = path.lastIndexOf('.');
  return dot > path.lastIndexOf('/') && COMPRESSED_EXTENSIONS.has(path.slice(dot + 1).toLowerCase());
}
