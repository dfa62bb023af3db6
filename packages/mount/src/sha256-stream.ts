import type { Sha256Stream } from './zip/codecs.js';

const BLOCK_BYTES = 64;

/**
 * Makes a SHA-256 over bytes that come in pieces, in plain TypeScript: WebCrypto takes only whole messages, and an
 * archive is never held whole. For integrity of bytes that anybody may know; nothing secret goes through it.
 *
 * @see FIPS 180-4, section 6.2
 */
export function createSha256(): Sha256Stream {
  const state = INITIAL.slice();
  const schedule = new Int32Array(64);
  const pending = new Uint8Array(BLOCK_BYTES);
  let pendingBytes = 0;
  let totalBytes = 0;
  return {
    update(bytes) {
      totalBytes += bytes.length;
      let at = 0;
      if (pendingBytes > 0) {
        at = Math.min(BLOCK_BYTES - pendingBytes, bytes.length);
        pending.set(bytes.subarray(0, at), pendingBytes);
        pendingBytes += at;
        if (pendingBytes < BLOCK_BYTES) return;
        compress(state, schedule, pending, 0);
        pendingBytes = 0;
      }
      for (; at + BLOCK_BYTES <= bytes.length; at += BLOCK_BYTES) compress(state, schedule, bytes, at);
      pending.set(bytes.subarray(at), 0);
      pendingBytes = bytes.length - at;
    },
    digest() {
      const tail = padding(pending.subarray(0, pendingBytes), totalBytes);
      for (let at = 0; at < tail.length; at += BLOCK_BYTES) compress(state, schedule, tail, at);
      const out = new DataView(new ArrayBuffer(32));
      for (let i = 0; i < 8; i++) out.setInt32(4 * i, state[i] ?? 0);
      return new Uint8Array(out.buffer);
    },
  };
}

/** The rest, a 1 bit, zeros, and the length in bits as 64 big-endian bits: one block or two. */
function padding(rest: Uint8Array, totalBytes: number): Uint8Array {
  const tail = new Uint8Array(rest.length < BLOCK_BYTES - 8 ? BLOCK_BYTES : 2 * BLOCK_BYTES);
  tail.set(rest);
  tail[rest.length] = 0x80;
  const view = new DataView(tail.buffer);
  view.setUint32(tail.length - 8, Math.floor(totalBytes / 2 ** 29));
  view.setUint32(tail.length - 4, (totalBytes * 8) >>> 0);
  return tail;
}

function compress(state: Int32Array, w: Int32Array, bytes: Uint8Array, at: number): void {
  for (let i = 0; i < 16; i++) {
    const j = at + 4 * i;
    w[i] = (bytes[j]! << 24) | (bytes[j + 1]! << 16) | (bytes[j + 2]! << 8) | bytes[j + 3]!;
  }
  for (let i = 16; i < 64; i++) {
    const x = w[i - 15]!;
    const y = w[i - 2]!;
    const s0 = rotate(x, 7) ^ rotate(x, 18) ^ (x >>> 3);
    const s1 = rotate(y, 17) ^ rotate(y, 19) ^ (y >>> 10);
    w[i] = (w[i - 16]! + s0 + w[i - 7]! + s1) | 0;
  }
  let a = state[0]!;
  let b = state[1]!;
  let c = state[2]!;
  let d = state[3]!;
  let e = state[4]!;
  let f = state[5]!;
  let g = state[6]!;
  let h = state[7]!;
  for (let i = 0; i < 64; i++) {
    const s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + ROUND[i]! + w[i]!) | 0;
    const s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  state[0]! += a;
  state[1]! += b;
  state[2]! += c;
  state[3]! += d;
  state[4]! += e;
  state[5]! += f;
  state[6]! += g;
  state[7]! += h;
}

function rotate(x: number, bits: number): number {
  return (x >>> bits) | (x << (32 - bits));
}

/** First 32 bits of the fractional parts of the roots of the first primes, computed exactly with integers. */
function rootFractions(count: number, root: 2n | 3n): Int32Array {
  const fractions = new Int32Array(count);
  for (let prime = 2, i = 0; i < count; prime++) {
    if (!isPrime(prime)) continue;
    fractions[i] = Number(BigInt.asIntN(32, integerRoot(BigInt(prime) << (32n * root), root)));
    i++;
  }
  return fractions;
}

function integerRoot(value: bigint, root: 2n | 3n): bigint {
  let low = 0n;
  let high = 1n << 40n;
  while (low < high) {
    const middle = (low + high + 1n) >> 1n;
    if (middle ** root <= value) low = middle;
    else high = middle - 1n;
  }
  return low;
}

function isPrime(value: number): boolean {
  for (let i = 2; i * i <= value; i++) if (value % i === 0) return false;
  return true;
}

const INITIAL: Int32Array = /* @__PURE__ */ rootFractions(8, 2n);
const ROUND: Int32Array = /* @__PURE__ */ rootFractions(64, 3n);
