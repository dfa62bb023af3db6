/** Wire types of protobuf: what follows a key. 3 and 4 open and close a group. */
export const WIRE_VARINT = 0;
export const WIRE_FIXED64 = 1;
export const WIRE_BYTES = 2;
export const WIRE_GROUP_START = 3;
export const WIRE_GROUP_END = 4;
export const WIRE_FIXED32 = 5;

/** How deep groups of unknown fields may nest. */
export const MAX_GROUP_DEPTH = 64;

/** Says that bytes are not protobuf. The message decoder turns it into a problem with a place. */
export class WireError extends Error {}

/**
 * Reads the protobuf wire format, one field after the other, and never past the end.
 *
 * Strict where readers differ: a varint has at most ten bytes and fits into 64 bits, a key fits into 32 bits and names a
 * field from 1, a length is compared before anything is taken (2^32+4 does not wrap to 4), a group ends with its own
 * number. Padded varints are read: every reader gives them the same meaning.
 */
export class ProtobufReader {
  readonly #bytes: Uint8Array;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#offset >= this.#bytes.length;
  }

  /** The next key: `fieldNumber * 8 + wireType`. */
  readKey(): number {
    const at = this.#offset;
    const key = this.readVarint();
    if (key > 0xffff_ffff) throw new WireError(`the key at byte ${at} does not fit into 32 bits`);
    if (key < 8) throw new WireError(`field number 0 at byte ${at}`);
    return Number(key);
  }

  /** An unsigned 64-bit varint: a number where five bytes held it, as they nearly always do, a bigint where not. */
  readVarint(): number | bigint {
    const at = this.#offset;
    let low = 0;
    // Five bytes hold 35 bits, which a double counts exactly.
    for (let i = 0, scale = 1; i < 5; i++, scale *= 128) {
      const byte = this.#readByte(at);
      low += (byte & 0x7f) * scale;
      if (byte < 0x80) return low;
    }
    let high = 0;
    for (let i = 0, scale = 1; i < 5; i++, scale *= 128) {
      const byte = this.#readByte(at);
      high += (byte & 0x7f) * scale;
      if (byte >= 0x80) continue;
      if (high >= 2 ** 29) throw new WireError(`the varint at byte ${at} does not fit into 64 bits`);
      return (BigInt(high) << 35n) | BigInt(low);
    }
    throw new WireError(`the varint at byte ${at} has more than ten bytes`);
  }

  /** A length and that many bytes, as a view. */
  readBytes(): Uint8Array {
    const at = this.#offset;
    const length = this.readVarint();
    const rest = this.#bytes.length - this.#offset;
    if (length > rest) throw new WireError(`the length at byte ${at} is ${length}, but ${rest} bytes are left`);
    return this.#take(Number(length));
  }

  /** Skips the value of a field that nobody knows, groups included. */
  skip(key: number): void {
    const open: number[] = [];
    let current = key;
    for (;;) {
      this.#skipOne(current, open);
      if (open.length === 0) return;
      current = this.readKey();
    }
  }

  #skipOne(key: number, open: number[]): void {
    const number = Math.floor(key / 8);
    const wireType = key % 8;
    if (wireType === WIRE_VARINT) this.readVarint();
    else if (wireType === WIRE_FIXED64) this.#take(8);
    else if (wireType === WIRE_BYTES) this.readBytes();
    else if (wireType === WIRE_FIXED32) this.#take(4);
    else if (wireType === WIRE_GROUP_START) openGroup(open, number);
    else if (wireType === WIRE_GROUP_END) closeGroup(open, number);
    else throw new WireError(`field ${number} has wire type ${wireType}, which does not exist`);
  }

  #readByte(startedAt: number): number {
    const byte = this.#bytes[this.#offset];
    if (byte === undefined) throw new WireError(`the varint at byte ${startedAt} has no end`);
    this.#offset++;
    return byte;
  }

  #take(length: number): Uint8Array {
    const start = this.#offset;
    if (length > this.#bytes.length - start) throw new WireError(`the value at byte ${start} is cut off`);
    this.#offset += length;
    return this.#bytes.subarray(start, this.#offset);
  }
}

function openGroup(open: number[], number: number): void {
  if (open.length >= MAX_GROUP_DEPTH) throw new WireError(`groups nest deeper than ${MAX_GROUP_DEPTH}`);
  open.push(number);
}

function closeGroup(open: number[], number: number): void {
  const opened = open.pop();
  if (opened === undefined) throw new WireError(`group ${number} ends but never started`);
  if (opened !== number) throw new WireError(`group ${opened} is closed as ${number}`);
}
