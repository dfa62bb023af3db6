import { createHash } from 'node:crypto';
import type { Digest } from '@lading/manifest';

/** Takes the bytes of an archive in order. The buffer is the writer's again once `write` has returned or resolved. */
export interface ArchiveSink {
  write(bytes: Uint8Array): void | Promise<void>;
}

const BUFFER_BYTES = 4 * 1_048_576;

/**
 * Collects small writes into one buffer of 4 MiB, hashes what leaves it, and knows the position. `flush` gives the event
 * loop a turn, so that signals and aborts are seen while synchronous work goes on.
 *
 * @internal
 */
export class ArchiveOutput {
  readonly #sink: ArchiveSink;
  readonly #buffer: Buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  readonly #whole = createHash('sha256');
  #region: ReturnType<typeof createHash> | undefined;
  #filled = 0;
  #flushedBytes = 0;

  constructor(sink: ArchiveSink) {
    this.#sink = sink;
  }

  /** Bytes written so far. */
  get position(): number {
    return this.#flushedBytes + this.#filled;
  }

  /** Gives room for at most `sizeBytes` at `at`; the caller says with {@link advance} where it ended. */
  async reserve(sizeBytes: number): Promise<{ readonly buffer: Buffer; readonly at: number }> {
    if (this.#filled + sizeBytes > BUFFER_BYTES) await this.flush();
    return { buffer: this.#buffer, at: this.#filled };
  }

  /** Room without waiting, or `undefined` where the buffer has to be flushed first. */
  tryReserve(sizeBytes: number): { readonly buffer: Buffer; readonly at: number } | undefined {
    return this.#filled + sizeBytes > BUFFER_BYTES ? undefined : { buffer: this.#buffer, at: this.#filled };
  }

  /** Says where in the reserved room writing ended. */
  advance(end: number): void {
    this.#filled = end;
  }

  /** Writes bytes of any size. */
  async write(bytes: Uint8Array): Promise<void> {
    if (bytes.length <= BUFFER_BYTES - this.#filled) {
      this.#buffer.set(bytes, this.#filled);
      this.#filled += bytes.length;
      return;
    }
    await this.flush();
    if (bytes.length >= BUFFER_BYTES) await this.#emit(bytes);
    else await this.write(bytes);
  }

  /** From here on everything is hashed a second time, for {@link regionDigest}. */
  async beginRegion(): Promise<void> {
    await this.flush();
    this.#region = createHash('sha256');
  }

  async flush(): Promise<void> {
    const filled = this.#filled;
    this.#filled = 0;
    if (filled > 0) await this.#emit(this.#buffer.subarray(0, filled));
    await new Promise<void>((resolve) => setImmediate(resolve));
  }

  /** Digest of all bytes; call it once, at the end. */
  digest(): Digest {
    return `sha256:${this.#whole.digest('hex')}`;
  }

  /** Digest of the bytes since {@link beginRegion}; call it once, at the end. */
  regionDigest(): Digest {
    if (this.#region === undefined) throw new Error('unreachable: the region was never begun');
    return `sha256:${this.#region.digest('hex')}`;
  }

  async #emit(bytes: Uint8Array): Promise<void> {
    this.#whole.update(bytes);
    this.#region?.update(bytes);
    this.#flushedBytes += bytes.length;
    await this.#sink.write(bytes);
  }
}
