import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  assertSignedManifestEncoding,
  hexToBytes,
  isLadingError,
  parseDefoldManifest,
  serializeDefoldManifest,
} from '../src/index.js';
import { corpusPath, hasCorpus } from './corpus.js';
import { WORKED_MANIFEST_HEX } from './worked-manifest.js';

const HOSTILE = 'manifests/hostile.jsonl';

interface Case {
  readonly id: string;
  readonly verdict: 'accept' | 'reject' | 'either';
  readonly bytes: string;
}

/** Tells whether a reader accepts; anything but a ManifestError fails the test. */
function isAccepted(read: (bytes: Uint8Array) => unknown, bytes: Uint8Array): boolean {
  try {
    read(bytes);
    return true;
  } catch (error) {
    if (!isLadingError(error, 'ERR_MANIFEST', 'ERR_MANIFEST_VERSION', 'ERR_TOO_LARGE')) throw error;
    return false;
  }
}

describe.skipIf(!hasCorpus(HOSTILE))('hostile encodings', () => {
  const lines = hasCorpus(HOSTILE) ? readFileSync(corpusPath(HOSTILE), 'utf8').trim().split('\n') : [];
  const cases = lines.map((line) => JSON.parse(line) as Case);
  const wrong = (read: (bytes: Uint8Array) => unknown, verdict: Case['verdict']): string[] =>
    cases
      .filter((item) => item.verdict === verdict)
      .filter((item) => isAccepted(read, Buffer.from(item.bytes, 'base64')) !== (verdict === 'accept'))
      .map((item) => item.id);

  it('are judged right by the encoding check', () => {
    const failed = [...wrong(assertSignedManifestEncoding, 'accept'), ...wrong(assertSignedManifestEncoding, 'reject')];
    wrong(assertSignedManifestEncoding, 'either');
    console.info(`hostile manifests: ${cases.length - failed.length} of ${cases.length} judged right`);
    expect(failed).toEqual([]);
  });

  it('are all refused by the parser where they are to be refused, and never crash it', () => {
    wrong(parseDefoldManifest, 'either');
    expect(wrong(parseDefoldManifest, 'reject')).toEqual([]);
  });
});

describe('mutated manifests', () => {
  // The full size takes minutes: LADING_LONG=1.
  const runs = process.env.LADING_LONG === undefined ? 3_000 : 1_000_000;
  const seed = hexToBytes(WORKED_MANIFEST_HEX) as Uint8Array;

  it(`give a manifest or a ManifestError, and what is accepted can be written and read again (${runs} of them)`, () => {
    const random = randomNumbers(20_251_121);
    let accepted = 0;
    for (let i = 0; i < runs; i++) {
      const mutated = mutate(seed, random);
      isAccepted(assertSignedManifestEncoding, mutated);
      if (!isAccepted(parseDefoldManifest, mutated)) continue;
      accepted++;
      const { data, ...fields } = parseDefoldManifest(mutated);
      const written = serializeDefoldManifest({ ...fields, data, signature: new Uint8Array() });
      expect(parseDefoldManifest(written).resources.length).toBe(fields.resources.length);
    }
    console.info(`mutated manifests: ${runs}, of which ${accepted} are manifests still`);
    expect(accepted).toBeGreaterThan(runs / 1_000);
    expect(accepted).toBeLessThan(runs);
  });
});

/** One to four edits: a bit, a byte, a run removed, a run doubled, an extreme varint put in. */
function mutate(seed: Uint8Array, random: (below: number) => number): Uint8Array {
  let bytes = [...seed];
  for (let edits = 1 + random(4); edits > 0; edits--) {
    const at = random(bytes.length + 1);
    const length = random(12);
    const kind = random(5);
    if (kind === 0 && at < bytes.length) bytes[at] = (bytes[at] as number) ^ (1 << random(8));
    else if (kind === 1 && at < bytes.length) bytes[at] = random(256);
    else if (kind === 2) bytes = [...bytes.slice(0, at), ...bytes.slice(at + length)];
    else if (kind === 3) bytes = [...bytes.slice(0, at + length), ...bytes.slice(at)];
    else bytes = [...bytes.slice(0, at), ...new Array<number>(random(11)).fill(0xff), random(128), ...bytes.slice(at)];
  }
  return Uint8Array.from(bytes);
}

/** Mulberry32: the same numbers in every run. */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), state | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) % below;
  };
}
