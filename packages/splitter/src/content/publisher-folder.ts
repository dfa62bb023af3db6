import type { Dirent } from 'node:fs';
import { type FileHandle, open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { MANIFEST_MEMBER, MAX_MANIFEST_BYTES } from '@lading/manifest';
import { printable, SplitError } from '../split-error.js';
import { blobContent } from './blob-content.js';
import { contentReadError } from './content-errors.js';
import type { ContentOptions, ContentSource } from './content-source.js';
import { indexDefoldManifest } from './defold-index.js';

/** The largest blob that is read from a folder, in bytes: 1 GiB. */
const MAX_BLOB_BYTES = 1_073_741_824;
const READ_BYTES = 16_777_216;

/**
 * Opens a folder as Defold's Folder mode writes it: files named by hexDigest, each with its 16-byte header, and the
 * manifest. Every blob that it gives has the right size, SHA-1 and header.
 *
 * @throws SplitError `ERR_CONTENT_FORMAT` without a manifest, `ERR_CONTENT_VERSION`, `ERR_CONTENT_MISSING` where there is no
 *   such folder; ManifestError for a manifest that is broken.
 */
export async function publisherFolder(folder: string, options: ContentOptions = {}): Promise<ContentSource> {
  const files = await listFolder(folder);
  const manifestName = files.find(({ name }) => name.toLowerCase() === MANIFEST_MEMBER)?.name;
  if (manifestName === undefined) {
    throw new SplitError('ERR_CONTENT_FORMAT', `${printable(folder)} has no file ${MANIFEST_MEMBER}`, {
      details: { file: printable(folder), expected: MANIFEST_MEMBER },
    });
  }
  const manifest = await readWholeFile(join(folder, manifestName), { maxBytes: MAX_MANIFEST_BYTES, ...options });
  const names = new Set(files.filter((file) => file.isFile()).map(({ name }) => name));
  return blobContent({
    name: folder,
    manifest,
    index: indexDefoldManifest(manifest, folder),
    statBlob: async (hexDigest) => {
      if (!names.has(hexDigest)) return undefined;
      try {
        return (await stat(join(folder, hexDigest))).size;
      } catch (error) {
        throw contentReadError(join(folder, hexDigest), error);
      }
    },
    readBlob: (hexDigest, { signal }) => readWholeFile(join(folder, hexDigest), { maxBytes: MAX_BLOB_BYTES, signal }),
    close: async () => {},
  });
}

/** The entries of a folder, in code unit order. @internal */
export async function listFolder(folder: string): Promise<Dirent[]> {
  try {
    return (await readdir(folder, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    throw contentReadError(folder, error);
  }
}

/**
 * Reads a file whose size is checked before anything is allocated.
 *
 * @throws SplitError `ERR_CONTENT_TOO_LARGE`, `ERR_CONTENT_MISSING`, `ERR_CONTENT_FORBIDDEN`, `ERR_CONTENT_READ`.
 * @internal
 */
export async function readWholeFile(
  file: string,
  { maxBytes, signal }: { readonly maxBytes: number; readonly signal?: AbortSignal | undefined },
): Promise<Uint8Array> {
  signal?.throwIfAborted();
  try {
    const handle = await open(file, 'r');
    try {
      const facts = await handle.stat();
      if (!facts.isFile()) throw new SplitError('ERR_CONTENT_READ', `${printable(file)} is not a file`);
      if (facts.size > maxBytes) {
        throw new SplitError(
          'ERR_CONTENT_TOO_LARGE',
          `${printable(file)} has ${facts.size} bytes, at most ${maxBytes} are read`,
          {
            details: { file: printable(file), expected: maxBytes, actual: facts.size },
          },
        );
      }
      return await readExactly(handle, file, { sizeBytes: facts.size, signal });
    } finally {
      await handle.close();
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw contentReadError(file, error);
  }
}

async function readExactly(
  handle: FileHandle,
  file: string,
  { sizeBytes, signal }: { readonly sizeBytes: number; readonly signal: AbortSignal | undefined },
): Promise<Uint8Array> {
  const bytes = Buffer.allocUnsafe(sizeBytes);
  for (let at = 0; at < sizeBytes; ) {
    signal?.throwIfAborted();
    const { bytesRead } = await handle.read(bytes, at, Math.min(READ_BYTES, sizeBytes - at), at);
    if (bytesRead === 0)
      throw new SplitError('ERR_CONTENT_READ', `${printable(file)} became shorter while it was read`);
    at += bytesRead;
  }
  return bytes;
}
