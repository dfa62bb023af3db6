import { ManifestError } from '../manifest-error.js';

/** An RSA public key, as numbers. */
export interface RsaPublicKey {
  readonly modulus: bigint;
  readonly exponent: bigint;
  /** Size of the modulus, and so of every signature. */
  readonly sizeBytes: number;
}

const TAG_INTEGER = 0x02;
const TAG_BIT_STRING = 0x03;
const TAG_SEQUENCE = 0x30;

/** AlgorithmIdentifier of rsaEncryption (1.2.840.113549.1.1.1) with NULL parameters, as content of its SEQUENCE. */
const RSA_ENCRYPTION = [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];

/** Modulus sizes that are taken. Bob makes 1024 bits; more than 8192 costs seconds to verify. */
const MIN_MODULUS_BYTES = 128;
const MAX_MODULUS_BYTES = 1_024;

/** Position in DER that is being read. */
interface DerCursor {
  readonly bytes: Uint8Array;
  offset: number;
}

/**
 * Reads an RSA public key from SubjectPublicKeyInfo DER (`game.public.der`), strictly: shortest lengths, positive
 * shortest integers, nothing left over.
 *
 * @throws ManifestError `ERR_KEY`.
 */
export function parseRsaPublicKey(der: Uint8Array): RsaPublicKey {
  const outer: DerCursor = { bytes: der, offset: 0 };
  const info = enter(outer, TAG_SEQUENCE);
  const algorithm = enter(info, TAG_SEQUENCE).bytes;
  if (algorithm.length !== RSA_ENCRYPTION.length || RSA_ENCRYPTION.some((byte, i) => algorithm[i] !== byte)) {
    throw keyError('is not of the algorithm rsaEncryption');
  }
  const bits = enter(info, TAG_BIT_STRING);
  if (bits.bytes[bits.offset++] !== 0) throw keyError('has a bit string with unused bits');
  const key = enter(bits, TAG_SEQUENCE);
  const modulus = readInteger(key);
  const exponent = readInteger(key);
  for (const cursor of [outer, info, bits, key]) assertAtEnd(cursor);
  return checkKey(modulus, exponent);
}

function checkKey(modulus: bigint, exponent: bigint): RsaPublicKey {
  const sizeBytes = Math.ceil(modulus.toString(16).length / 2);
  if (sizeBytes < MIN_MODULUS_BYTES || sizeBytes > MAX_MODULUS_BYTES) {
    throw keyError(`has ${8 * sizeBytes} bits; expected 1024 to 8192`);
  }
  if (exponent < 3n || exponent > 0xffff_ffffn || exponent % 2n === 0n) throw keyError(`has the exponent ${exponent}`);
  if (modulus % 2n === 0n) throw keyError('has an even modulus');
  return { modulus, exponent, sizeBytes };
}

/** Takes one element of the expected tag and gives a cursor over its content. */
function enter(cursor: DerCursor, tag: number): DerCursor {
  if (cursor.bytes[cursor.offset] !== tag) throw keyError(`is not SubjectPublicKeyInfo DER (byte ${cursor.offset})`);
  cursor.offset++;
  const length = readLength(cursor);
  const start = cursor.offset;
  if (length > cursor.bytes.length - start) throw keyError('is cut off');
  cursor.offset += length;
  return { bytes: cursor.bytes.subarray(start, start + length), offset: 0 };
}

/** One byte below 128, or 0x81/0x82 and that many bytes; never longer than needed. */
function readLength(cursor: DerCursor): number {
  const first = cursor.bytes[cursor.offset++] ?? 0xff;
  if (first < 0x80) return first;
  const count = first - 0x80;
  if (count !== 1 && count !== 2) throw keyError('has a length that DER does not allow');
  let length = 0;
  for (let i = 0; i < count; i++) length = length * 256 + (cursor.bytes[cursor.offset++] ?? 0);
  if (length < (count === 1 ? 0x80 : 0x100)) throw keyError('has a length that is not the shortest');
  return length;
}

function readInteger(cursor: DerCursor): bigint {
  const { bytes } = enter(cursor, TAG_INTEGER);
  const [first = 0x80, second = 0] = bytes;
  if (first >= 0x80) throw keyError('has a negative or empty integer');
  if (first === 0 && bytes.length > 1 && second < 0x80) throw keyError('has an integer that is not the shortest');
  return bytesToInteger(bytes);
}

function assertAtEnd({ bytes, offset }: DerCursor): void {
  if (offset !== bytes.length) throw keyError(`has ${bytes.length - offset} bytes too many`);
}

function keyError(problem: string): ManifestError {
  return new ManifestError('ERR_KEY', `RSA public key ${problem}`, {
    details: { problem },
    hint: 'Expected is what Bob writes as game.public.der: an RSA key as SubjectPublicKeyInfo DER.',
  });
}

/** Reads bytes as an unsigned big-endian integer. */
export function bytesToInteger(bytes: Uint8Array): bigint {
  let hex = '0';
  for (const byte of bytes) hex += byte.toString(16).padStart(2, '0');
  return BigInt(`0x${hex}`);
}

/** Writes an unsigned integer as `sizeBytes` big-endian bytes. */
export function integerToBytes(value: bigint, sizeBytes: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(sizeBytes);
  const hex = value.toString(16).padStart(2 * sizeBytes, '0');
  for (let i = 0; i < sizeBytes; i++) bytes[i] = Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

/** Raises to a power modulo a number, bit by bit from the top. Public values only: it takes no care about timing. */
export function powerModulo(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  for (const bit of exponent.toString(2)) {
    result = (result * result) % modulus;
    if (bit === '1') result = (result * base) % modulus;
  }
  return result;
}
