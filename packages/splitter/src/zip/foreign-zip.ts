import { crc32 as crc32Of, inflateRawSync } from 'node:zlib';
import { type Entry, fromBufferPromise, openPromise, type ZipFile } from 'yauzl';
import { printable, SplitError, systemErrorCode } from '../split-error.js';
import { agrees, checkForeignEntries, entryError, type ForeignZipEntry, foreignEntry } from './foreign-entries.js';

/** Options of {@link readForeignZip}. */
export interface ForeignZipOptions {
  /** Most members. Default 1,048,576. */
  readonly maxEntries?: number | undefined;
  /** Most bytes of one member, stored and inflated. Default 1 GiB. */
  readonly maxEntryBytes?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What `undefined` means in {@link ForeignZipOptions}. */
export const FOREIGN_ZIP_DEFAULTS = { maxEntries: 1_048_576, maxEntryBytes: 1_073_741_824 } as const;

/** An open zip that others wrote. */
export interface ForeignZip {
  /** What messages call it. */
  readonly name: string;
  readonly comment: string;
  /** Files, in the order of the directory; folders are left out. Names are unique. */
  readonly entries: readonly ForeignZipEntry[];
  /** The bytes of a file, inflated, of exactly the size that the directory states, with the right CRC-32. */
  read(entry: ForeignZipEntry, options?: { readonly signal?: AbortSignal | undefined }): Promise<Uint8Array>;
  close(): Promise<void>;
}

/**
 * Opens a zip that others wrote, with yauzl, and checks what yauzl leaves to its callers: CRC-32, the local header against
 * the directory, overlapping and repeated members, links, names, and hard caps before anything is allocated.
 *
 * @param source - Path of a file, or its bytes.
 * @throws SplitError `ERR_FOREIGN_ZIP_FORMAT`, `_NAME`, `_METHOD`, `_LIMIT` on opening, `_CRC` and `_DATA` on reading, always
 *   with the member's name; `ERR_FOREIGN_ZIP_MISSING` where there is no such file.
 * @example
 * const zip = await readForeignZip('resources.zip');
 * for (const entry of zip.entries) console.log(entry.name, (await zip.read(entry)).length);
 * await zip.close();
 */
export async function readForeignZip(
  source: string | Uint8Array,
  options: ForeignZipOptions = {},
): Promise<ForeignZip> {
  const { maxEntries = FOREIGN_ZIP_DEFAULTS.maxEntries, maxEntryBytes = FOREIGN_ZIP_DEFAULTS.maxEntryBytes } = options;
  const name = typeof source === 'string' ? source : 'the zip';
  const zip = await openZip(source, name);
  try {
    if (zip.entryCount > maxEntries) {
      throw new SplitError('ERR_FOREIGN_ZIP_LIMIT', `${printable(name)} has more than ${maxEntries} members`, {
        details: { file: printable(name), actual: zip.entryCount, expected: maxEntries },
      });
    }
    const raw = await listEntries(zip, name, options.signal);
    const files = checkForeignEntries(raw, { zip: name, maxEntryBytes });
    const byName = new Map(files.map((file) => [file.fileName, file]));
    return {
      name,
      comment: zip.comment,
      entries: files.map(foreignEntry),
      read: async (entry, { signal } = {}) => {
        const file = byName.get(entry.name);
        if (file === undefined)
          throw entryError('ERR_FOREIGN_ZIP_FORMAT', { zip: name, member: entry.name }, 'is not in this zip');
        return readEntry(zip, file, { zip: name, signal });
      },
      close: async () => zip.close(),
    };
  } catch (error) {
    zip.close();
    throw error;
  }
}

async function openZip(source: string | Uint8Array, name: string): Promise<ZipFile> {
  const options = { autoClose: false, lazyEntries: true, strictFileNames: true, validateEntrySizes: true };
  try {
    if (typeof source === 'string') return await openPromise(source, options);
    return await fromBufferPromise(Buffer.from(source.buffer, source.byteOffset, source.byteLength), options);
  } catch (error) {
    throw zipError(name, error);
  }
}

async function listEntries(zip: ZipFile, name: string, signal: AbortSignal | undefined): Promise<Entry[]> {
  const entries: Entry[] = [];
  try {
    for await (const entry of zip.eachEntry()) {
      signal?.throwIfAborted();
      entries.push(entry);
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw zipError(name, error);
  }
  return entries;
}

interface ReadPlace {
  readonly zip: string;
  readonly signal: AbortSignal | undefined;
}

async function readEntry(zip: ZipFile, entry: Entry, place: ReadPlace): Promise<Uint8Array> {
  place.signal?.throwIfAborted();
  const stored = await readStored(zip, entry, place);
  const bytes = entry.compressionMethod === 0 ? stored : inflate(stored, entry, place.zip);
  const { uncompressedSize, crc32, fileName } = entry;
  if (bytes.length !== uncompressedSize) {
    throw entryError(
      'ERR_FOREIGN_ZIP_DATA',
      { zip: place.zip, member: fileName },
      `has ${bytes.length} bytes, expected ${uncompressedSize}`,
    );
  }
  const actual = crc32Of(bytes);
  if (actual !== crc32) {
    const problem = `has CRC-32 ${hex32(actual)}, expected ${hex32(crc32)}`;
    throw entryError('ERR_FOREIGN_ZIP_CRC', { zip: place.zip, member: fileName }, problem);
  }
  return bytes;
}

async function readStored(zip: ZipFile, entry: Entry, { zip: name, signal }: ReadPlace): Promise<Uint8Array> {
  try {
    const header = await zip.readLocalFileHeaderPromise(entry);
    if (!agrees(header, entry)) {
      throw entryError(
        'ERR_FOREIGN_ZIP_DATA',
        { zip: name, member: entry.fileName },
        'has a local header that the directory contradicts',
      );
    }
    const stored = Buffer.allocUnsafe(entry.compressedSize);
    if (stored.length === 0) return stored;
    let filled = 0;
    const stream = await zip.openReadStreamPromise(entry, { decodeFileData: false });
    for await (const chunk of stream) {
      signal?.throwIfAborted();
      filled += (chunk as Buffer).copy(stored, filled);
    }
    if (filled !== stored.length)
      throw entryError('ERR_FOREIGN_ZIP_DATA', { zip: name, member: entry.fileName }, 'ends too early');
    return stored;
  } catch (error) {
    signal?.throwIfAborted();
    throw zipError(name, error, entry.fileName);
  }
}

/** Inflates with a hard cap at the stated size; the stream must use every byte of its input. */
function inflate(stored: Uint8Array, entry: Entry, zip: string): Uint8Array {
  try {
    const options = { maxOutputLength: Math.max(1, entry.uncompressedSize), info: true } as const;
    const result = inflateRawSync(stored, options) as unknown as { buffer: Buffer; engine: { bytesWritten: number } };
    if (result.engine.bytesWritten === stored.length) return result.buffer;
    throw entryError(
      'ERR_FOREIGN_ZIP_DATA',
      { zip: zip, member: entry.fileName },
      'has bytes behind the end of its deflate stream',
    );
  } catch (error) {
    if (error instanceof SplitError) throw error;
    throw entryError(
      'ERR_FOREIGN_ZIP_DATA',
      { zip: zip, member: entry.fileName },
      'does not inflate to its stated size',
      error,
    );
  }
}

function zipError(zip: string, error: unknown, member?: string): SplitError {
  if (error instanceof SplitError) return error;
  const code = systemErrorCode(error);
  const message = error instanceof Error ? error.message : String(error);
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new SplitError('ERR_FOREIGN_ZIP_MISSING', `${printable(zip)} does not exist`, { cause: error });
  }
  if (member !== undefined)
    return entryError('ERR_FOREIGN_ZIP_DATA', { zip: zip, member: member }, `cannot be read: ${message}`, error);
  const isName = /^(?:invalid (?:relative path|characters in fileName)|absolute path)/.test(message);
  return new SplitError(
    isName ? 'ERR_FOREIGN_ZIP_NAME' : 'ERR_FOREIGN_ZIP_FORMAT',
    `${printable(zip)} is not a zip that can be read: ${printable(message)}`,
    { cause: error, details: { file: printable(zip), problem: printable(message) } },
  );
}

function hex32(value: number): string {
  return value.toString(16).padStart(8, '0');
}
