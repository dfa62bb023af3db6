import type { ArchiveMember } from './archive-member.js';
import { type DeflatedBatch, type DeflatePool, deflateHere } from './deflate-pool.js';

/** A member whose bytes are at hand, and what deflate made of them where it was tried. @internal */
export interface ReadyMember {
  readonly member: ArchiveMember;
  readonly bytes: Uint8Array;
  readonly deflated: Uint8Array | undefined;
}

/** Small members travel together: a message to a worker costs as much as deflating a few KiB. */
const BATCH_BYTES = 128 * 1_024;
const BATCH_MEMBERS = 64;
/** What may wait to be written, in bytes. It bounds memory, and keeps all workers busy. */
const WINDOW_BYTES = 32 * 1_048_576;

type Waiting =
  | { readonly member: ArchiveMember; readonly bytes: Uint8Array; readonly place: undefined }
  | { readonly member: ArchiveMember; readonly place: BatchPlace };

interface BatchPlace {
  readonly batch: OpenBatch;
  readonly at: number;
  readonly sizeBytes: number;
  readonly index: number;
}

/**
 * Members on their way to the archive, in order, while workers deflate those further behind. When one is written is up to the
 * caller, who takes members while the queue {@link isFull}, and all of them at the end.
 *
 * @internal
 */
export class MemberQueue {
  readonly #pool: DeflatePool;
  readonly #waiting: Waiting[] = [];
  #open: OpenBatch | undefined;
  #waitingBytes = 0;

  constructor(pool: DeflatePool) {
    this.#pool = pool;
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  get isFull(): boolean {
    return this.#waitingBytes > WINDOW_BYTES;
  }

  /** Adds a member; its bytes are copied. @returns True where workers got something, so that the event loop should get a turn. */
  add(member: ArchiveMember, bytes: Uint8Array, mayDeflate: boolean): boolean {
    this.#waitingBytes += bytes.length;
    if (!mayDeflate || bytes.length === 0) {
      this.#waiting.push({ member, bytes: bytes.slice(), place: undefined });
      return false;
    }
    const isOver = this.#open?.fits(bytes) === false;
    if (isOver) this.#dispatch();
    this.#open ??= new OpenBatch(bytes.length);
    this.#waiting.push({ member, place: this.#open.add(bytes) });
    return isOver;
  }

  /** The next member in order; `undefined` where none is left. */
  async take(): Promise<ReadyMember | undefined> {
    const next = this.#waiting.shift();
    if (next === undefined) return undefined;
    const { member, place } = next;
    if (place === undefined) {
      this.#waitingBytes -= next.bytes.length;
      return { member, bytes: next.bytes, deflated: undefined };
    }
    if (place.batch === this.#open) this.#dispatch();
    const { input, outputs } = await place.batch.deflated();
    this.#waitingBytes -= place.sizeBytes;
    return { member, bytes: new Uint8Array(input, place.at, place.sizeBytes), deflated: outputs[place.index] };
  }

  /** Only what is too little to fill a batch is deflated here, as long as no worker runs: starting one takes longer. */
  #dispatch(): void {
    const pool = this.#open?.isSmall === true && !this.#pool.isRunning ? undefined : this.#pool;
    this.#open?.begin(pool);
    this.#open = undefined;
  }
}

/** A batch that is being filled. */
class OpenBatch {
  readonly #input: Uint8Array<ArrayBuffer>;
  readonly #sizesBytes: number[] = [];
  #filledBytes = 0;
  #deflated: Promise<DeflatedBatch> | undefined;

  constructor(firstBytes: number) {
    this.#input = new Uint8Array(Math.max(BATCH_BYTES, firstBytes));
  }

  get isSmall(): boolean {
    return this.#filledBytes < BATCH_BYTES / 2;
  }

  fits(bytes: Uint8Array): boolean {
    return this.#sizesBytes.length < BATCH_MEMBERS && this.#filledBytes + bytes.length <= this.#input.length;
  }

  add(bytes: Uint8Array): BatchPlace {
    const [at, index] = [this.#filledBytes, this.#sizesBytes.length];
    this.#input.set(bytes, at);
    this.#sizesBytes.push(bytes.length);
    this.#filledBytes += bytes.length;
    return { batch: this, at, sizeBytes: bytes.length, index };
  }

  begin(pool: DeflatePool | undefined): void {
    const batch = { input: this.#input.buffer, sizesBytes: this.#sizesBytes };
    this.#deflated = pool === undefined ? Promise.resolve(deflateHere(batch)) : pool.deflate(batch);
    // A failure is reported where the batch is waited for; until then it must not count as unhandled.
    this.#deflated.catch(() => undefined);
  }

  async deflated(): Promise<DeflatedBatch> {
    if (this.#deflated === undefined) throw new Error('unreachable: a batch is waited for that was not begun');
    return this.#deflated;
  }
}
