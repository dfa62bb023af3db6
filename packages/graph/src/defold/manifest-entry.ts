import { type DefoldManifest, type DefoldResource, parseDefoldManifest } from '@lading/manifest';

/** A parsed manifest of one that may still be bytes. */
export function readManifest(manifest: DefoldManifest | Uint8Array): DefoldManifest {
  return manifest instanceof Uint8Array ? parseDefoldManifest(manifest) : manifest;
}

/** The path of an entry: its url, or `/url-hash/<16 hex digits>` where the build left urls out. */
export function entryPath(entry: DefoldResource): string {
  return entry.url === '' ? hashPath(entry.urlHash) : entry.url;
}

/** Names a resource of which only the hash of its path is known. */
export function hashPath(urlHash: bigint): string {
  return `/url-hash/${urlHash.toString(16).padStart(16, '0')}`;
}

/** Bytes of the stored payload: after LZ4, without the header of a Live Update member. -1 for manifests before v5. */
export function storedBytes(entry: DefoldResource, manifest: DefoldManifest): number {
  if (manifest.version < 5) return -1;
  return entry.compressedSizeBytes ?? entry.sizeBytes;
}
