import { createHash } from 'node:crypto';
import type { Digest } from '@lading/manifest';

/** Takes the bytes of an archive in order. The buffer is the writer's again once `write` has returned or resolved. */
export interface ArchiveSink {
  write(bytes: Uint8Array): void | Promise<void>;
}

const BUFFER_BYTES = 4 * 1_048_576;

/**
 * Collects small writes into a buffer of 4 MiB, hashes what leaves it, and knows the position. There are two buffers: one
 * is filled while the sink still writes the other. `flush` gives the event loop a turn, so that signals and aborts are seen
 * while synchronous work goes on.
 *
 * @internal
 */
export class ArchiveOutput {
  readonly #sink: ArchiveSink;
  #buffer: Buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  #other: Buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  /** The write that still uses the other buffer. */
  #pending: Promise<void> = Promise.resolve();
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
    if (bytes.length < BUFFER_BYTES) return this.write(bytes);
    await this.#emit(bytes);
    // These bytes are the caller's: they may change as soon as this returns.
    await this.#pending;
  }

  /** From here on everything is hashed a second time, for {@link regionDigest}. */
  async beginRegion(): Promise<void> {
    await this.flush();
    this.#region = createHash('sha256');
  }

  /** Hands on what is collected. The sink may still be writing when this returns; see {@link finish}. */
  async flush(): Promise<void> {
    const full = this.#buffer.subarray(0, this.#filled);
    this.#filled = 0;
    if (full.length === 0) return;
    await this.#emit(full);
    [this.#buffer, this.#other] = [this.#other, this.#buffer];
    await new Promise<void>((resolve) => setImmediate(resolve));
  }

  /** Hands on what is collected and waits until the sink has written all of it. */
  async finish(): Promise<void> {
    await this.flush();
    await this.#pending;
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
    await this.#pending;
    this.#pending = (async () => this.#sink.write(bytes))();
    // A failed write is reported where it is awaited; until then it must not count as unhandled.
    this.#pending.catch(() => undefined);
  }
}
