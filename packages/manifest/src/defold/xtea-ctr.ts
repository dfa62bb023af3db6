/** The key of every Defold game that brings none of its own; public, so no secret: `aQj8CScgNP4VsfXK`. */
const DEFAULT_KEY = new Uint32Array([0x61516a38, 0x43536367, 0x4e503456, 0x7366584b]);

const DELTA = 0x9e3779b9;
const CYCLES = 32;

/**
 * Encrypts or decrypts (the same operation) with XTEA in counter mode and Defold's default key, into new bytes.
 *
 * The counter is a 64-bit big-endian block number from 0; a short last block uses the leading bytes of its key stream.
 * A game with a key of its own cannot be decoded outside: the result is then noise, which its LZ4 or its size betrays.
 *
 * @example
 * applyXteaCtr(applyXteaCtr(bytes)); // → the same bytes
 */
export function applyXteaCtr(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(bytes);
  const block = new Uint32Array(2);
  for (let at = 0; at < result.length; at += 8) {
    const counter = at / 8;
    encryptBlock(block, Math.floor(counter / 0x1_0000_0000), counter);
    const end = Math.min(at + 8, result.length);
    for (let i = at; i < end; i++) {
      const word = block[(i - at) >>> 2] as number;
      result[i] = (result[i] as number) ^ (word >>> (24 - 8 * ((i - at) & 3)));
    }
  }
  return result;
}

function encryptBlock(block: Uint32Array, high: number, low: number): void {
  let v0 = high >>> 0;
  let v1 = low >>> 0;
  let sum = 0;
  for (let cycle = 0; cycle < CYCLES; cycle++) {
    v0 = (v0 + ((((v1 << 4) ^ (v1 >>> 5)) + v1) ^ (sum + (DEFAULT_KEY[sum & 3] as number)))) >>> 0;
    sum = (sum + DELTA) >>> 0;
    v1 = (v1 + ((((v0 << 4) ^ (v0 >>> 5)) + v0) ^ (sum + (DEFAULT_KEY[(sum >>> 11) & 3] as number)))) >>> 0;
  }
  block[0] = v0;
  block[1] = v1;
}
