import { execFileSync } from 'node:child_process';
import { hash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { Uint8ArrayReader, Uint8ArrayWriter, ZipReader } from '@zip.js/zip.js';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { zipOf } from '../../test/support/made-game.js';
import { readForeignZip } from '../index.js';

type Tree = ReadonlyMap<string, Uint8Array>;
/** Names and digests of what a reader finds. */
type Listing = Readonly<Record<string, string>>;
type Reader = (file: string, bytes: Uint8Array) => Listing | Promise<Listing>;

const work = mkdtempSync(join(tmpdir(), 'lading-readers-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

/** Names that tools of another locale would garble, beside plain ones. */
const segment = fc.oneof(
  fc.stringMatching(/^[a-zA-Z0-9][a-zA-Z0-9_. -]{0,10}[a-zA-Z0-9]$/),
  fc.constantFrom('ж', 'пример', '日本', 'é', 'emoji😀', '$HOME', '-dash', "it's", 'a;b', '#x', '.hidden'),
);
const content = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.string({ maxLength: 40 }).map((text) => new TextEncoder().encode(text.repeat(100))),
);
const trees: fc.Arbitrary<Tree> = fc
  .uniqueArray(fc.tuple(fc.array(segment, { minLength: 1, maxLength: 4 }), content), {
    selector: ([parts]) => parts.join('/').normalize('NFC').toLowerCase(),
    maxLength: 25,
  })
  .map(
    (list) => new Map(list.map(([parts, bytes], i) => [[`d${i % 3}`, i, ...parts].join('/').normalize('NFC'), bytes])),
  );

const ENVIRONMENT = { ...process.env, LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8' };
const PYTHON = `
import sys, json, hashlib, zipfile
with zipfile.ZipFile(sys.argv[1]) as z:
  assert z.testzip() is None
  print(json.dumps({i.filename: hashlib.sha256(z.read(i)).hexdigest() for i in z.infolist()}))
`;

/** Readers that are programs: how each unpacks a file into a folder. */
const UNPACKERS: Readonly<Record<string, (file: string, folder: string) => string[]>> = {
  unzip: (file, folder) => ['-qq', file, '-d', folder],
  '7z': (file, folder) => ['x', '-y', '-bso0', '-bsp0', `-o${folder}`, file],
  bsdtar: (file, folder) => ['-xf', file, '-C', folder],
};

const READERS: Readonly<Record<string, Reader>> = {
  ...Object.fromEntries(Object.entries(UNPACKERS).map(([tool, args]) => [tool, unpacker(tool, args)])),
  python3: (file) => JSON.parse(run('python3', ['-c', PYTHON, file])) as Listing,
  yauzl: async (_file, bytes) => {
    const zip = await readForeignZip(bytes);
    const read = zip.entries.map(async (entry) => [entry.name, digest(await zip.read(entry))] as const);
    return Object.fromEntries(await Promise.all(read));
  },
  'zip.js': async (_file, bytes) => {
    const options = { strictness: 'strict', checkSignature: true, useWebWorkers: false } as const;
    const zip = new ZipReader(new Uint8ArrayReader(bytes), options);
    const entries = (await zip.getEntries()).filter((entry) => !entry.directory);
    const read = entries.map(
      async (entry) => [entry.filename, digest(await entry.getData(new Uint8ArrayWriter()))] as const,
    );
    return Object.fromEntries(await Promise.all(read));
  },
};

describe.each(Object.entries(READERS))('%s', (name, read) => {
  const isHere = !(name in UNPACKERS || name === 'python3') || isInstalled(name);
  const isLong = process.env.LADING_LONG !== undefined;

  it.skipIf(!isHere)(
    `reads what the canonical writer writes, every name and byte${isHere ? '' : ` (skipped: no ${name} here)`}`,
    () =>
      fc.assert(
        fc.asyncProperty(trees, async (tree) => {
          const bytes = await zipOf([...tree].map(([member, content]) => ({ name: member, bytes: content })));
          const file = join(work, 'tree.zip');
          writeFileSync(file, bytes);
          const expected = Object.fromEntries([...tree].map(([member, content]) => [member, digest(content)]));
          expect(await read(file, bytes)).toEqual(expected);
        }),
        { numRuns: isLong ? 500 : 25, seed: 20261127 },
      ),
    isLong ? 600_000 : 60_000,
  );
});

function unpacker(tool: string, args: (file: string, folder: string) => string[]): Reader {
  return (file) => {
    const folder = join(work, tool);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    // unzip says 1 of an empty archive, which is none of its errors.
    if (readFileSync(file).length > 22) run(tool, args(file, folder));
    return listing(folder, '');
  };
}

function listing(folder: string, path: string): Listing {
  const entries = readdirSync(join(folder, path), { withFileTypes: true });
  return Object.fromEntries(
    entries.flatMap((entry) => {
      const name = path === '' ? entry.name : `${path}/${entry.name}`;
      return entry.isDirectory()
        ? Object.entries(listing(folder, name))
        : [[name, digest(readFileSync(join(folder, name)))] as [string, string]];
    }),
  );
}

function run(tool: string, args: readonly string[]): string {
  return execFileSync(tool, [...args], { env: ENVIRONMENT, encoding: 'utf8' });
}

function isInstalled(tool: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, tool)));
}

function digest(bytes: Uint8Array): string {
  return hash('sha256', bytes, 'hex');
}
