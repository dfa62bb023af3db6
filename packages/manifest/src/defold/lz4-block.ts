import { ManifestError } from '../manifest-error.js';

const MIN_MATCH = 4;
/** The format ends every block in at least five literals after the last match; the engine's decoder insists. */
const LAST_LITERALS = 5;
/** No byte of a block stands for more than 255 bytes. */
const MAX_EXPANSION = 255;

/** A block that is being decoded. */
interface Decoding {
  readonly block: Uint8Array;
  readonly result: Uint8Array<ArrayBuffer>;
  read: number;
  written: number;
}

/**
 * Decodes one raw LZ4 block (no frame, no size prefix) that unpacks to exactly `sizeBytes`.
 *
 * Strict and bounds-checked: no byte is read outside the block or written outside the result, a match never starts
 * before the result, the block ends in literals, and neither input nor room is left over.
 *
 * @throws ManifestError `ERR_RESOURCE_PAYLOAD` with the byte where the block stops making sense (`details.offset`).
 * @see https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md
 */
export function decodeLz4Block(block: Uint8Array, sizeBytes: number): Uint8Array<ArrayBuffer> {
  // Before allocation: ten bytes that claim to be a gigabyte are refused.
  if (sizeBytes > block.length * MAX_EXPANSION) throw blockError(0, `${block.length} bytes cannot hold ${sizeBytes}`);
  const decoding: Decoding = { block, result: new Uint8Array(sizeBytes), read: 0, written: 0 };
  for (;;) {
    const token = readByte(decoding);
    copyLiterals(decoding, readLength(decoding, token >>> 4));
    if (decoding.read === block.length) break;
    copyMatch(decoding, token);
  }
  if (decoding.written === sizeBytes) return decoding.result;
  throw blockError(decoding.read, `it holds ${decoding.written} bytes instead of ${sizeBytes}`);
}

/** A count of four bits; 15 goes on in the next bytes, as long as they are 255. */
function readLength(decoding: Decoding, bits: number): number {
  let length = bits;
  if (bits < 15) return length;
  for (let more = 255; more === 255; length += more) more = readByte(decoding);
  return length;
}

function copyLiterals(decoding: Decoding, length: number): void {
  const { block, result, read, written } = decoding;
  if (length > block.length - read) throw blockError(read, `${length} literals, but ${block.length - read} bytes left`);
  if (length > result.length - written) throw blockError(read, `it holds more than ${result.length} bytes`);
  result.set(block.subarray(read, read + length), written);
  decoding.read += length;
  decoding.written += length;
}

/** Distance back (16 bits, little-endian), then a count in the lower four bits of the token, from 4. */
function copyMatch(decoding: Decoding, token: number): void {
  const { result, written } = decoding;
  const distance = readByte(decoding) | (readByte(decoding) << 8);
  if (distance === 0 || distance > written) {
    throw blockError(decoding.read, `a match starts ${distance} bytes back after ${written}`);
  }
  const length = readLength(decoding, token & 15) + MIN_MATCH;
  const end = written + length;
  if (end > result.length - LAST_LITERALS)
    throw blockError(decoding.read, `a match ends too near ${result.length} bytes`);
  // Byte by byte where source and target overlap: that repeats a pattern.
  if (distance >= length) result.copyWithin(written, written - distance, end - distance);
  else for (let i = written; i < end; i++) result[i] = result[i - distance] as number;
  decoding.written = end;
}

function readByte(decoding: Decoding): number {
  const byte = decoding.block[decoding.read];
  if (byte === undefined) throw blockError(decoding.read, 'it is cut off');
  decoding.read++;
  return byte;
}

function blockError(offset: number, problem: string): ManifestError {
  return new ManifestError('ERR_RESOURCE_PAYLOAD', `LZ4 block is broken at byte ${offset}: ${problem}`, {
    details: { offset, problem },
    hint: 'The payload is damaged, or the game encrypts with a key of its own.',
  });
}
