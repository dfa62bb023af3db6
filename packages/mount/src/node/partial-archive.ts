import { createHash, type Hash } from 'node:crypto';
import { appendFile, type FileHandle, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Digest, digestHex } from '@lading/manifest';
import { oversizedError, wrongDigestError } from '../archive-error.js';
import { MountError } from '../mount-error.js';
import type { ArchiveWriter } from '../mount-store.js';
import { removeFile, syncFolder, tidy } from './durable-file.js';
import type { HeldLock } from './file-lock.js';
import { ifThere, storeCall } from './store-error.js';

/** The journal notes the digest of what is there each time so many more bytes are. */
export const CHECKPOINT_BYTES: number = 4 * 1024 * 1024;

const READ_BYTES = 1024 * 1024;
const MAX_JOURNAL_BYTES = 16 * 1024 * 1024;

/** Where the bytes of one download stand and go. */
export interface PartialPlace {
  readonly digest: Digest;
  readonly sizeBytes: number;
  readonly partPath: string;
  /** `<bytes> <sha256 of the first so many bytes>` a line. */
  readonly journalPath: string;
  readonly archivePath: string;
  /** `undefined` for a private download beside one of another process: it is never resumed. */
  readonly lock: HeldLock | undefined;
}

/**
 * Opens a download. What an earlier one brought is read again: as far as the journal's digests agree it stays, and the
 * next byte goes behind it. Nothing of it is believed before the digest of the whole is right.
 */
export async function openPartial(place: PartialPlace): Promise<ArchiveWriter> {
  try {
    const made = await open(place.partPath, place.lock === undefined ? 'wx' : 'a');
    await made.close();
    // Bytes go to a place, which files opened for appending do not allow.
    const file = await open(place.partPath, 'r+');
    try {
      const { bytes, hash } = await readBack(file, place);
      await file.truncate(bytes);
      return new PartialArchive(place, { file, hash, bytes });
    } catch (error) {
      await file.close();
      throw error;
    }
  } catch (error) {
    await place.lock?.release();
    throw error;
  }
}

interface Received {
  readonly bytes: number;
  readonly hash: Hash;
}

async function readBack(file: FileHandle, place: PartialPlace): Promise<Received> {
  const { size } = await file.stat();
  const none: Received = { bytes: 0, hash: createHash('sha256') };
  if (size === 0 || size > place.sizeBytes) return none;
  const checkpoints = await readJournal(place.journalPath);
  let good = none;
  const hash = createHash('sha256');
  const buffer = new Uint8Array(READ_BYTES);
  for (let at = 0; at < size; ) {
    const border = CHECKPOINT_BYTES - (at % CHECKPOINT_BYTES);
    const { bytesRead } = await file.read(buffer, 0, Math.min(READ_BYTES, size - at, border), at);
    if (bytesRead === 0) break;
    hash.update(buffer.subarray(0, bytesRead));
    at += bytesRead;
    const expected = checkpoints.get(at);
    if (expected === undefined) continue;
    if (hash.copy().digest('hex') !== expected) return good;
    good = { bytes: at, hash: hash.copy() };
  }
  return { bytes: size, hash };
}

/** A journal that was cut off counts as far as it is whole: its last line may be half a line. */
async function readJournal(path: string): Promise<ReadonlyMap<number, string>> {
  const text = (await ifThere(() => readFile(path, 'latin1'))) ?? '';
  const lines = text.slice(0, MAX_JOURNAL_BYTES).matchAll(/^(\d{1,16}) ([0-9a-f]{64})$/gm);
  return new Map(Array.from(lines, ([, bytes, hex]) => [Number(bytes), hex ?? '']));
}

class PartialArchive implements ArchiveWriter {
  readonly #place: PartialPlace;
  readonly #file: FileHandle;
  readonly #hash: Hash;
  #receivedBytes: number;

  constructor(place: PartialPlace, start: { file: FileHandle; hash: Hash; bytes: number }) {
    this.#place = place;
    this.#file = start.file;
    this.#hash = start.hash;
    this.#receivedBytes = start.bytes;
  }

  get receivedBytes(): number {
    return this.#receivedBytes;
  }

  append(bytes: Uint8Array): Promise<void> {
    const { digest, sizeBytes } = this.#place;
    return this.#call(async () => {
      if (this.#receivedBytes + bytes.length > sizeBytes) throw oversizedError(digest, sizeBytes);
      for (let at = 0; at < bytes.length; ) {
        const border = CHECKPOINT_BYTES - (this.#receivedBytes % CHECKPOINT_BYTES);
        const length = Math.min(bytes.length - at, border);
        await this.#write(bytes.subarray(at, at + length));
        at += length;
      }
    });
  }

  commit(): Promise<void> {
    const { digest, sizeBytes, partPath, archivePath } = this.#place;
    return this.#call(async () => {
      const actual: Digest = `sha256:${this.#hash.copy().digest('hex')}`;
      if (this.#receivedBytes !== sizeBytes || actual !== digest) {
        await this.discard();
        if (this.#receivedBytes !== sizeBytes) throw wrongSizeError(digest, sizeBytes, this.#receivedBytes);
        throw wrongDigestError(digest, actual);
      }
      if (!(await this.#isOurs())) throw takenOver(digest);
      try {
        await this.#file.sync();
      } catch (error) {
        // After a failed sync nobody knows which bytes are on the disk; the same file must not be tried again.
        await this.discard();
        throw error;
      }
      await this.#file.close();
      await rename(partPath, archivePath);
      await syncFolder(dirname(archivePath));
      await this.#end();
    });
  }

  suspend(): Promise<void> {
    if (this.#place.lock === undefined) return this.discard();
    return this.#call(async () => {
      try {
        await this.#file.close();
      } finally {
        await this.#place.lock?.release();
      }
    });
  }

  discard(): Promise<void> {
    return this.#call(async () => {
      try {
        await this.#file.close();
      } finally {
        await this.#drop();
      }
    });
  }

  async #drop(): Promise<void> {
    try {
      if (await this.#isOurs()) await removeFile(this.#place.partPath);
    } finally {
      await this.#end();
    }
  }

  /** Where it was taken over, another process writes to the same file by now. */
  async #isOurs(): Promise<boolean> {
    return (await this.#place.lock?.isHeld()) ?? true;
  }

  async #write(bytes: Uint8Array): Promise<void> {
    const first = this.#file.write(bytes, 0, bytes.length, this.#receivedBytes);
    this.#hash.update(bytes); // While the disk works. Where that fails nobody asks for the hash any more.
    for (let at = (await first).bytesWritten; at < bytes.length; ) {
      at += (await this.#file.write(bytes, at, bytes.length - at, this.#receivedBytes + at)).bytesWritten;
    }
    this.#receivedBytes += bytes.length;
    if (this.#receivedBytes % CHECKPOINT_BYTES !== 0 || this.#place.lock === undefined) return;
    await appendFile(this.#place.journalPath, `${this.#receivedBytes} ${this.#hash.copy().digest('hex')}\n`);
  }

  /** The journal is of no use any more; what cannot be removed of it goes with the next sweep. */
  async #end(): Promise<void> {
    const { lock, journalPath } = this.#place;
    await tidy(async () => {
      if (await lock?.isHeld()) await removeFile(journalPath);
    });
    await lock?.release();
  }

  #call<T>(call: () => Promise<T>): Promise<T> {
    return storeCall(`Archive ${digestHex(this.#place.digest).slice(0, 16)}`, call);
  }
}

function takenOver(digest: Digest): MountError {
  return new MountError('ERR_STORE_BUSY', `Archive ${digest}: another process has taken the download over`, {
    details: { digest },
    hint: 'This process was stopped for a day or longer.',
    retryable: true,
  });
}

function wrongSizeError(digest: Digest, expected: number, actual: number): MountError {
  return new MountError('ERR_VERIFY_SIZE', `Archive ${digest}: expected ${expected} bytes, got ${actual}`, {
    details: { digest, expected, actual },
  });
}
