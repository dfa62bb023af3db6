const encoder = new TextEncoder();
const MAX_EXACT = BigInt(Number.MAX_SAFE_INTEGER);

/** Writes the protobuf wire format into a buffer that grows. Varints are as short as they can be. */
export class ProtobufWriter {
  #buffer = new Uint8Array(64);
  #length = 0;

  /** Writes an unsigned varint of up to 64 bits. */
  writeVarint(value: number | bigint): void {
    this.#reserve(10);
    // BigInt only as long as a double cannot count it.
    let large = typeof value === 'bigint' ? value : 0n;
    while (large > MAX_EXACT) {
      this.#buffer[this.#length++] = Number(large & 0x7fn) | 0x80;
      large >>= 7n;
    }
    let rest = typeof value === 'bigint' ? Number(large) : value;
    while (rest > 0x7f) {
      this.#buffer[this.#length++] = (rest % 128) | 0x80;
      rest = Math.floor(rest / 128);
    }
    this.#buffer[this.#length++] = rest;
  }

  /** Writes a length and the bytes. */
  writeBytes(bytes: Uint8Array): void {
    this.writeVarint(bytes.length);
    this.#reserve(bytes.length);
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** Writes a length and the text as UTF-8. ASCII goes straight in: a call of TextEncoder costs more than a path. */
  writeText(text: string): void {
    const start = this.#length;
    this.writeVarint(text.length);
    this.#reserve(text.length);
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code > 0x7f) {
        this.#length = start;
        this.writeBytes(encoder.encode(text));
        return;
      }
      this.#buffer[this.#length++] = code;
    }
  }

  /** All bytes written, in an array of their own. */
  finish(): Uint8Array<ArrayBuffer> {
    return this.#buffer.slice(0, this.#length);
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#buffer.length) return;
    const grown = new Uint8Array(Math.max(2 * this.#buffer.length, this.#length + count));
    grown.set(this.#buffer);
    this.#buffer = grown;
  }
}
