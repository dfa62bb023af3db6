import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { isLadingError } from '@lading/manifest';
import { describe, expect, it } from 'vitest';
import { memorySource } from '../memory-source.js';
import { nodeCodecs } from '../node/node-codecs.js';
import { type ArchiveCodecs, WEB_CODECS } from './codecs.js';
import { openArchive } from './open-archive.js';

const repository = new URL('../../../../', import.meta.url).pathname;
const folder = join(process.env.LADING_CORPUS ?? join(repository, '../shared/corpus'), 'zips');

interface Case {
  readonly id: string;
  readonly verdict: 'accept' | 'reject' | 'either';
  readonly entries?: Readonly<Record<string, string>> | undefined;
  readonly zip: Uint8Array;
}

function hostileCases(): Case[] {
  const lines = gunzipSync(readFileSync(join(folder, 'hostile.jsonl.gz')))
    .toString('utf8')
    .trim()
    .split('\n');
  return lines.map((line) => {
    const parsed = JSON.parse(line) as Omit<Case, 'zip'> & { readonly zip: string };
    return { ...parsed, zip: Buffer.from(parsed.zip, 'base64') };
  });
}

function peerCases(): Case[] {
  const index = JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')) as (Omit<Case, 'zip'> & {
    file: string;
  })[];
  return index.map((entry) => ({ ...entry, id: entry.file, zip: readFileSync(join(folder, 'files', entry.file)) }));
}

/** `accept`, `reject`, or what is wrong with the outcome. */
async function outcomeOf(testCase: Case, codecs: ArchiveCodecs): Promise<string> {
  const found = new Map<string, string>();
  try {
    const archive = await openArchive(memorySource(testCase.zip, testCase.id), { codecs });
    for (let entry = 0; entry < archive.entries; entry++) {
      const content = await archive.read(entry);
      if (archive.infoOf(entry).isFolder) continue;
      found.set(archive.nameOf(entry), createHash('sha256').update(content).digest('hex'));
    }
  } catch (error) {
    return isLadingError(error) ? 'reject' : `an error without a code: ${String(error)}`;
  }
  const expected = new Map(Object.entries(testCase.entries ?? {}));
  const isSame = found.size === expected.size && [...found].every(([name, hash]) => expected.get(name) === hash);
  return testCase.entries === undefined || isSame ? 'accept' : 'other entries';
}

describe.skipIf(!existsSync(folder))('the zip corpus', () => {
  it.each([
    ['hostile.jsonl.gz, web codecs', hostileCases, WEB_CODECS],
    ['hostile.jsonl.gz, node codecs', hostileCases, nodeCodecs],
    ['index.json, web codecs', peerCases, WEB_CODECS],
    ['index.json, node codecs', peerCases, nodeCodecs],
  ])('%s comes out as expected', async (name, load, codecs) => {
    const cases = load();
    const unexpected: string[] = [];
    for (const testCase of cases) {
      const outcome = await outcomeOf(testCase, codecs);
      const isFine = testCase.verdict === 'either' ? /^(accept|reject)$/.test(outcome) : outcome === testCase.verdict;
      if (!isFine) unexpected.push(`${testCase.id}: expected ${testCase.verdict}, got ${outcome}`);
    }
    console.info(`${name}: ${cases.length - unexpected.length} of ${cases.length} as expected`);
    expect(unexpected).toEqual([]);
    expect(cases.length).toBeGreaterThan(0);
  });
});
