import { buildRawZip, buildZip, extraField, packed } from '@lading/fixtures';
import { isLadingError } from '@lading/manifest';
import { describe, expect, it } from 'vitest';
import { memorySource } from '../memory-source.js';
import { nodeCodecs } from '../node/node-codecs.js';
import { openArchive } from './open-archive.js';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const ROUNDS = process.env.LADING_LONG === undefined ? 20_000 : 1_000_000;

const TWO_ENTRIES = buildZip([
  { name: 'a.txt', bytes: bytesOf('hello') },
  { name: 'b/c.txt', bytes: bytesOf('world '.repeat(30)), deflate: true, comment: '' },
]).bytes;

const WIDE = { size: 0xffffffff, storedSize: 0xffffffff };
const SEEDS: readonly Uint8Array[] = [
  TWO_ENTRIES,
  buildRawZip([]),
  buildRawZip([{ name: 'd/' }, { name: 'd/a', content: 'x', flags: 0x808 }, { name: 'grün', content: 'y', method: 8 }]),
  buildRawZip([{ name: 'w', content: 'hi', local: { ...WIDE, extra: extraField(1, packed([8, 2], [8, 2])) } }], {
    zip64: {},
  }),
  buildRawZip([{ name: 'u', central: { extra: extraField(0x5455, bytesOf('12345')), comment: bytesOf('note') } }], {
    comment: bytesOf('an archive'),
  }),
];
const SIGNATURES = [0x04034b50, 0x02014b50, 0x06054b50, 0x06064b50, 0x07064b50, 0x08074b50];
const NUMBERS = [0, 1, 8, 0x7f, 0xff, 0xffff, 0xffffffff, 0x80000000];

/** Names and contents, or `undefined` where the archive is refused; anything but a typed error is thrown on. */
async function contentsOf(zip: Uint8Array): Promise<ReadonlyMap<string, string> | undefined> {
  const contents = new Map<string, string>();
  try {
    const archive = await openArchive(memorySource(zip, 'mutated.zip'), { codecs: nodeCodecs });
    for (let entry = 0; entry < archive.entries; entry++) {
      contents.set(archive.nameOf(entry), Buffer.from(await archive.read(entry)).toString('latin1'));
    }
    return contents;
  } catch (error) {
    if (isLadingError(error)) return undefined;
    throw error;
  }
}

/** A small generator with a seed, so that a failure can be repeated (xorshift32). */
function randomFrom(seed: number): (below: number) => number {
  let state = seed | 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** Changes a zip where it hurts: header fields, signatures, lengths, copied, cut and inserted pieces. */
function mutate(zip: Uint8Array, random: (below: number) => number): Uint8Array {
  let bytes = Buffer.from(zip);
  for (let times = 1 + random(3); times > 0; times--) {
    const at = random(bytes.length);
    const places = headerPlaces(bytes);
    const field = (places[random(places.length)] ?? 0) + random(46);
    const number = NUMBERS[random(NUMBERS.length)] ?? 0;
    switch (random(8)) {
      case 0:
        bytes[at]! ^= 1 << random(8);
        break;
      case 1:
        if (field + 2 <= bytes.length) bytes.writeUInt16LE(number & 0xffff, field);
        break;
      case 2:
        if (field + 4 <= bytes.length) bytes.writeUInt32LE(number, field);
        break;
      case 3:
        if (field < bytes.length) bytes[field] = (bytes[field] ?? 0) + (random(2) === 0 ? 1 : 255);
        break;
      case 4:
        if (at + 4 <= bytes.length) bytes.writeUInt32LE(SIGNATURES[random(SIGNATURES.length)] ?? 0, at);
        break;
      case 5:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random(8))]);
        break;
      case 6:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(0, random(60)), bytes.subarray(at)]);
        break;
      case 7:
        bytes.copy(bytes, at, random(bytes.length), random(bytes.length));
        break;
    }
    if (bytes.length === 0) return bytes;
  }
  return bytes;
}

function headerPlaces(bytes: Buffer): number[] {
  const places: number[] = [];
  for (let at = bytes.indexOf('PK'); at !== -1; at = bytes.indexOf('PK', at + 1)) places.push(at);
  return places;
}

describe('a changed archive', () => {
  it('is refused, or is exactly the same, for every single bit', async () => {
    const original = await contentsOf(TWO_ENTRIES);
    expect(original?.size).toBe(2);
    let refused = 0;
    for (let bit = 0; bit < 8 * TWO_ENTRIES.length; bit++) {
      const changed = TWO_ENTRIES.slice();
      changed[bit >>> 3]! ^= 1 << (bit & 7);
      const contents = await contentsOf(changed);
      if (contents === undefined) refused++;
      else expect(contents, `bit ${bit}`).toEqual(original);
    }
    console.info(`${refused} of ${8 * TWO_ENTRIES.length} single bit flips refused, the rest without any effect`);
  });

  it('is refused, or is exactly the same, for every byte set to 0 and 255', async () => {
    const original = await contentsOf(TWO_ENTRIES);
    for (let at = 0; at < TWO_ENTRIES.length; at++) {
      for (const value of [0, 255]) {
        const changed = TWO_ENTRIES.slice();
        changed[at] = value;
        const contents = await contentsOf(changed);
        if (contents !== undefined) expect(contents, `byte ${at} = ${value}`).toEqual(original);
      }
    }
  });

  it(`never crashes the reader, in ${ROUNDS} mutations`, { timeout: 1_800_000 }, async () => {
    let accepted = 0;
    for (let seed = 1; seed <= ROUNDS; seed++) {
      const random = randomFrom(Math.imul(seed, 0x9e3779b1));
      const zip = mutate(SEEDS[seed % SEEDS.length] ?? TWO_ENTRIES, random);
      if ((await contentsOf(zip)) !== undefined) accepted++;
    }
    console.info(`${ROUNDS} mutated archives: ${accepted} accepted, the rest refused with a code`);
    expect(accepted).toBeGreaterThan(0);
  });
});
