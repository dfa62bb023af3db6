import type { Digest } from '@lading/manifest';
import { SplitError } from '../split-error.js';
import { centralHeaderBytes, type MemberRecord, writeCentralHeader } from './zip-records.js';

/** Bytes that a central directory may have: the strict reader takes no more. */
export const MAX_DIRECTORY_BYTES: number = 256 * 1_048_576;

const FIRST_BYTES = 65_536;

/** Collects the headers of a central directory, each with the digest of its member as its comment. @internal */
export class CentralDirectory {
  #buffer: Buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);
  #filled = 0;
  #entries = 0;

  get entries(): number {
    return this.#entries;
  }

  /** @throws SplitError `ERR_ARCHIVE_WRITE` where the directory would be too large to be read. */
  add(record: MemberRecord, offset: number, comment: Digest): void {
    const sizeBytes = centralHeaderBytes(record, offset, comment);
    this.#makeRoom(sizeBytes);
    writeCentralHeader(this.#buffer, this.#filled, record, { offset, comment });
    this.#filled += sizeBytes;
    this.#entries += 1;
  }

  bytes(): Uint8Array {
    return this.#buffer.subarray(0, this.#filled);
  }

  #makeRoom(sizeBytes: number): void {
    const needed = this.#filled + sizeBytes;
    if (needed > MAX_DIRECTORY_BYTES) {
      throw new SplitError('ERR_ARCHIVE_WRITE', `The directory of the archive is over ${MAX_DIRECTORY_BYTES} bytes`, {
        details: { entries: this.#entries, maxBytes: MAX_DIRECTORY_BYTES },
        hint: 'Cut the content into more archives: set maxArchiveBytes.',
      });
    }
    if (needed <= this.#buffer.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.min(MAX_DIRECTORY_BYTES, Math.max(needed, 2 * this.#buffer.length)));
    grown.set(this.bytes());
    this.#buffer = grown;
  }
}
