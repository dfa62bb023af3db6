import { createHash } from 'node:crypto';
import type { BaseArchiveEntry } from '../src/index.js';

/** A base archive made of payloads: as Bob lays it out, blobs at multiples of four, the index sorted. */
export function makeBaseArchive(payloads: readonly Uint8Array[], version = 5): { arci: Uint8Array; arcd: Uint8Array } {
  const blobs = new Map(payloads.map((payload) => [createHash('sha1').update(payload).digest('hex'), payload]));
  let end = 0;
  const entries = [...blobs].map(([hexDigest, payload]) => {
    const offset = Math.ceil(end / 4) * 4;
    end = offset + payload.length;
    return { hexDigest, offset, sizeBytes: payload.length, compressedSizeBytes: undefined, flags: 0 };
  });
  const arcd = new Uint8Array(end);
  for (const { hexDigest, offset } of entries) arcd.set(blobs.get(hexDigest) as Uint8Array, offset);
  return {
    arci: writeArci(
      entries.sort((a, b) => (a.hexDigest < b.hexDigest ? -1 : 1)),
      version,
    ),
    arcd,
  };
}

/** An index of entries in the order given. */
export function writeArci(entries: readonly BaseArchiveEntry[], version = 5, hashLength = 20): Uint8Array {
  const arci = Buffer.alloc(48 + 80 * entries.length);
  arci.writeUInt32BE(version, 0);
  arci.writeUInt32BE(entries.length, 16);
  arci.writeUInt32BE(48 + 64 * entries.length, 20);
  arci.writeUInt32BE(48, 24);
  arci.writeUInt32BE(hashLength, 28);
  entries.forEach((entry, i) => {
    arci.write(entry.hexDigest, 48 + 64 * i, 'hex');
    const at = 48 + 64 * entries.length + 16 * i;
    arci.writeUInt32BE(entry.offset, at);
    arci.writeUInt32BE(entry.sizeBytes, at + 4);
    arci.writeUInt32BE(entry.compressedSizeBytes ?? 0xffff_ffff, at + 8);
    arci.writeUInt32BE(entry.flags, at + 12);
  });
  createHash('md5').update(arci.subarray(48)).digest().copy(arci, 32);
  return new Uint8Array(arci);
}
