// Over 300 lines: all forms that content comes in, from the same build of Defold.
import { createHash } from 'node:crypto';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  bytesToHex,
  hexToBytes,
  MANIFEST_MEMBER,
  parseDefoldManifest,
  serializeDefoldManifest,
} from '@lading/manifest';
import { afterAll, describe, expect, it } from 'vitest';
import { type MadeGame, madeFolder, madeGame, rejection, zipOf } from '../../test/support/made-game.js';
import {
  baseArchive,
  type ContentSource,
  directoryContent,
  liveUpdateZip,
  openContent,
  publisherFolder,
} from '../index.js';

const game = await madeGame();
const first = '/shared.texturec';
const digest = game.digests.get(first) ?? '';

const opened: ContentSource[] = [];

afterAll(async () => {
  for (const content of new Set(opened)) await content.close();
});

describe('liveUpdateZip', () => {
  it('gives every blob with its header, by hexDigest or by path', async () => {
    const content = await liveUpdateZip(game.zip);
    await expectWholeGame(content);
    expect(await content.stat({ path: first })).toEqual({ sizeBytes: game.blobs.get(digest)?.length });
    expect(await content.stat({ path: '/none' })).toBeUndefined();
    expect(await rejection(content.read({ path: '/none' }))).toMatchObject({
      code: 'ERR_CONTENT_MISSING',
      details: { path: '/none' },
    });
    await content.close();
  });

  it('finds the manifest in any case, as the engine does, and refuses a zip without one', async () => {
    const blobs = [...game.blobs].map(([name, bytes]) => ({ name, bytes }));
    const folder = madeFolder({
      'upper.zip': await zipOf([...blobs, { name: MANIFEST_MEMBER.toUpperCase(), bytes: game.manifest }]),
      'none.zip': await zipOf(blobs),
    });
    await expectWholeGame(await liveUpdateZip(join(folder, 'upper.zip')));
    expect(await rejection(liveUpdateZip(join(folder, 'none.zip')))).toMatchObject({ code: 'ERR_CONTENT_FORMAT' });
  });

  it('knows the graph names of builds without urls', async () => {
    const manifest = parseDefoldManifest(game.manifest);
    const bare = serializeDefoldManifest({
      ...manifest,
      resources: manifest.resources.map((entry) => ({ ...entry, url: '' })),
    });
    const folder = madeFolder({
      'x.zip': await zipOf([
        ...[...game.blobs].map(([name, bytes]) => ({ name, bytes })),
        { name: MANIFEST_MEMBER, bytes: bare },
      ]),
    });
    const content = await liveUpdateZip(join(folder, 'x.zip'));
    const entry = manifest.resources.find(({ url }) => url === first);
    const path = `/url-hash/${entry?.urlHash.toString(16).padStart(16, '0')}`;
    expect(Buffer.from(await content.read({ path })).equals(game.blobs.get(digest) ?? Buffer.alloc(0))).toBe(true);
  });

  it('refuses content that is not what its name says', async () => {
    const change = async (edit: (blob: Buffer) => Buffer): Promise<ContentSource> => {
      const members = [...game.blobs].map(([name, bytes]) => ({
        name,
        bytes: name === digest ? edit(Buffer.from(bytes)) : bytes,
      }));
      return liveUpdateZip(
        join(
          madeFolder({ 'x.zip': await zipOf([...members, { name: MANIFEST_MEMBER, bytes: game.manifest }]) }),
          'x.zip',
        ),
      );
    };
    const flip =
      (at: number) =>
      (blob: Buffer): Buffer => {
        blob[at] = (blob[at] ?? 0) ^ 1;
        return blob;
      };
    const codeOf = async (edit: (blob: Buffer) => Buffer): Promise<unknown> =>
      (await rejection((await change(edit)).read({ path: first }))).code;
    expect(await codeOf(flip(20))).toBe('ERR_CONTENT_DIGEST');
    expect(await codeOf(flip(3))).toBe('ERR_CONTENT_CORRUPT');
    expect(await codeOf(flip(4))).toBe('ERR_CONTENT_CORRUPT');
    expect(await codeOf((blob) => blob.subarray(0, 9))).toBe('ERR_CONTENT_CORRUPT');
    expect(await codeOf((blob) => blob.subarray(0, -1))).toBe('ERR_CONTENT_DIGEST');
  });

  it('holds sizes of the manifest against the content', async () => {
    const manifest = parseDefoldManifest(game.manifest);
    const lying = manifest.resources.map((entry) =>
      entry.hexDigest === digest ? { ...entry, sizeBytes: entry.sizeBytes + 1 } : entry,
    );
    const bytes = serializeDefoldManifest({ ...manifest, resources: lying });
    const folder = madeFolder({
      'x.zip': await zipOf([
        ...[...game.blobs].map(([name, blob]) => ({ name, bytes: blob })),
        { name: MANIFEST_MEMBER, bytes },
      ]),
    });
    expect(await rejection((await liveUpdateZip(join(folder, 'x.zip'))).read({ path: first }))).toMatchObject({
      code: 'ERR_CONTENT_CORRUPT',
    });
  });

  it('serves plain members under their own names', async () => {
    const folder = madeFolder({
      'x.zip': await zipOf([
        { name: 'a/b.txt', bytes: Buffer.from('plain') },
        { name: MANIFEST_MEMBER, bytes: game.manifest },
      ]),
    });
    const content = await liveUpdateZip(join(folder, 'x.zip'));
    expect(Buffer.from(await content.read({ path: '/a/b.txt' })).toString()).toBe('plain');
  });
});

describe('publisherFolder', () => {
  it('gives every blob with its header, and notices what changed', async () => {
    const folder = publisherFolderOf(game);
    const content = await publisherFolder(folder);
    await expectWholeGame(content);
    writeFileSync(join(folder, digest), 'something else entirely');
    expect(await rejection(content.read({ path: first }))).toMatchObject({ code: 'ERR_CONTENT_DIGEST' });
    rmSync(join(folder, digest));
    expect(await rejection(content.read({ path: first }))).toMatchObject({ code: 'ERR_CONTENT_MISSING' });
    expect(await rejection(publisherFolder(madeFolder({ x: '' })))).toMatchObject({ code: 'ERR_CONTENT_FORMAT' });
    expect(await rejection(publisherFolder(join(folder, 'none')))).toMatchObject({ code: 'ERR_CONTENT_MISSING' });
  });
});

describe('baseArchive', () => {
  it('puts the resource header before every payload, from three files and from a bundle in pieces', async () => {
    const folder = await baseFolderOf(game);
    const files = {
      arci: join(folder, 'game.arci'),
      arcd: join(folder, 'game.arcd'),
      manifest: join(folder, 'game.dmanifest'),
    };
    await expectWholeGame(await baseArchive(files));
    await expectWholeGame(await openContent(folder));
    await expectWholeGame(await openContent(files.arci));
    const bundle = bundleOf(folder);
    await expectWholeGame(await baseArchive(join(bundle, 'archive')));
    await expectWholeGame(await openContent(bundle));
  });

  it('refuses data that are cut off or changed, an index of another build, and a piece that is missing', async () => {
    const folder = await baseFolderOf(game);
    const files = {
      arci: join(folder, 'game.arci'),
      arcd: join(folder, 'game.arcd'),
      manifest: join(folder, 'game.dmanifest'),
    };
    const arcd = readFileSync(files.arcd);
    writeFileSync(files.arcd, arcd.subarray(0, 40));
    expect(
      (await readEvery(await baseArchive(files))).filter((code) => code === 'ERR_CONTENT_CORRUPT').length,
    ).toBeGreaterThan(0);
    writeFileSync(files.arcd, Buffer.from(arcd).fill(1));
    expect(new Set(await readEvery(await baseArchive(files)))).toEqual(new Set(['ERR_CONTENT_DIGEST', undefined]));
    const bundle = bundleOf(await baseFolderOf(game));
    rmSync(join(bundle, 'archive', 'game1.arcd'));
    expect(await rejection(baseArchive(join(bundle, 'archive')))).toMatchObject({ code: 'ERR_CONTENT_MISSING' });
    const other = parseDefoldManifest(game.manifest);
    writeFileSync(files.manifest, serializeDefoldManifest({ ...other, archiveIdentifier: new Uint8Array(16).fill(7) }));
    expect(await rejection(baseArchive(files))).toMatchObject({ code: 'ERR_CONTENT_CORRUPT' });
  });
});

describe('directoryContent', () => {
  it('takes files as resources, with links inside it and names in form C', async () => {
    const folder = madeFolder({ 'levels/1.json': '{}', 'cafe\u0301.txt': 'accent', '.hidden': '' });
    symlinkSync(join(folder, 'levels/1.json'), join(folder, 'link.json'));
    const content = await directoryContent(folder);
    expect(Buffer.from(await content.read({ path: '/link.json' })).toString()).toBe('{}');
    expect(Buffer.from(await content.read({ path: '/caf\u00e9.txt' })).toString()).toBe('accent');
    expect(await content.stat({ path: '/.hidden' })).toEqual({ sizeBytes: 0 });
    expect(content.fileOf?.({ path: '/levels/1.json' })).toBe(join(folder, 'levels/1.json'));
    expect(await rejection(content.read({ path: '/levels' }))).toMatchObject({ code: 'ERR_CONTENT_MISSING' });
  });

  it('reports all that cannot be content at once', async () => {
    const folder = madeFolder({ 'a:b': '', 'ok/c': '', 'back\\slash': '' });
    symlinkSync('/etc/hostname', join(folder, 'out'));
    symlinkSync(join(folder, 'ok'), join(folder, 'loop'));
    const error = await rejection(directoryContent(folder));
    expect(error).toMatchObject({ code: 'ERR_CONTENT_FORMAT' });
    const problems = (error.details as { problems: { path: string }[] }).problems.map(({ path }) => path);
    expect(problems).toEqual(['/a:b', '/back\\slash', '/loop', '/out']);
  });
});

describe('openContent', () => {
  it('knows each form by what it is', async () => {
    await expectWholeGame(await openContent(game.zip));
    await expectWholeGame(await openContent(publisherFolderOf(game)));
    const folder = madeFolder({
      'plain.zip': await zipOf([{ name: 'a.txt', bytes: Buffer.from('a') }]),
      'x/y.txt': 'y',
    });
    expect(Buffer.from(await (await openContent(join(folder, 'plain.zip'))).read({ path: '/a.txt' })).toString()).toBe(
      'a',
    );
    expect(Buffer.from(await (await openContent(folder)).read({ path: '/x/y.txt' })).toString()).toBe('y');
  });

  it('says what is wrong with what it cannot open', async () => {
    const folder = madeFolder({
      'x.txt': 'hello',
      empty: '',
      'short.zip': (await zipOf([{ name: 'a', bytes: Buffer.alloc(99) }])).subarray(0, 60),
    });
    expect(await rejection(openContent(join(folder, 'none')))).toMatchObject({ code: 'ERR_CONTENT_MISSING' });
    expect(await rejection(openContent(join(folder, 'x.txt')))).toMatchObject({
      code: 'ERR_CONTENT_FORMAT',
      hint: expect.stringContaining('zip'),
    });
    expect(await rejection(openContent(join(folder, 'empty')))).toMatchObject({ code: 'ERR_CONTENT_FORMAT' });
    expect(await rejection(openContent(join(folder, 'short.zip')))).toMatchObject({ code: 'ERR_FOREIGN_ZIP_FORMAT' });
    const garbage = madeFolder({ 'x.zip': await zipOf([{ name: MANIFEST_MEMBER, bytes: Buffer.from('garbage') }]) });
    expect((await rejection(openContent(join(garbage, 'x.zip')))).code).toMatch(/^ERR_MANIFEST/);
  });

  it.skipIf(process.getuid?.() === 0)('tells forbidden from missing', async () => {
    const folder = madeFolder({ 'x.zip': 'PK' });
    chmodSync(join(folder, 'x.zip'), 0);
    expect(await rejection(openContent(join(folder, 'x.zip')))).toMatchObject({ code: 'ERR_CONTENT_FORBIDDEN' });
  });
});

async function expectWholeGame(content: ContentSource): Promise<void> {
  for (const [path, hexDigest] of game.digests) {
    const member = Buffer.from(await content.read({ path, hexDigest }));
    expect(member.equals(game.blobs.get(hexDigest) ?? Buffer.alloc(0))).toBe(true);
    expect(await content.stat({ path })).toEqual({ sizeBytes: member.length });
  }
  opened.push(content);
}

async function readEvery(content: ContentSource): Promise<(string | undefined)[]> {
  const codes: (string | undefined)[] = [];
  for (const path of game.digests.keys()) {
    const outcome = await content.read({ path }).then(
      () => undefined,
      (error: { code?: string }) => error.code,
    );
    codes.push(outcome);
  }
  opened.push(content);
  return codes;
}

function publisherFolderOf({ blobs, manifest }: MadeGame): string {
  return madeFolder({ ...Object.fromEntries(blobs), [MANIFEST_MEMBER]: manifest });
}

/** A base archive with the game's excluded resources in it, written by the format's own table. */
async function baseFolderOf({ blobs, manifest }: MadeGame): Promise<string> {
  const sorted = [...blobs]
    .map(([hexDigest, blob]) => ({ hexDigest, payload: Buffer.from(blob).subarray(16) }))
    .sort((a, b) => (a.hexDigest < b.hexDigest ? -1 : 1));
  const digests = Buffer.alloc(64 * sorted.length);
  const entries = Buffer.alloc(16 * sorted.length);
  const data: Buffer[] = [];
  let offset = 0;
  sorted.forEach(({ hexDigest, payload }, i) => {
    digests.set(hexToBytes(hexDigest) ?? [], 64 * i);
    entries.writeUInt32BE(offset, 16 * i);
    entries.writeUInt32BE(payload.length, 16 * i + 4);
    entries.writeUInt32BE(0xffffffff, 16 * i + 8);
    data.push(payload, Buffer.alloc((4 - (payload.length % 4)) % 4));
    offset += Math.ceil(payload.length / 4) * 4;
  });
  const header = Buffer.alloc(48);
  header.writeUInt32BE(5, 0);
  header.writeUInt32BE(sorted.length, 16);
  header.writeUInt32BE(48 + 64 * sorted.length, 20);
  header.writeUInt32BE(48, 24);
  header.writeUInt32BE(20, 28);
  const md5 = createHash('md5').update(digests).update(entries).digest();
  header.set(md5, 32);
  const archiveIdentifier = new Uint8Array(md5);
  expect(bytesToHex(archiveIdentifier).length).toBe(32);
  return madeFolder({
    'game.arci': Buffer.concat([header, digests, entries]),
    'game.arcd': Buffer.concat(data),
    'game.dmanifest': serializeDefoldManifest({ ...parseDefoldManifest(manifest), archiveIdentifier }),
  });
}

/** The files of a base archive as an HTML5 bundle has them, the data in two pieces. */
function bundleOf(folder: string): string {
  const bundle = madeFolder({ 'index.html': '' });
  mkdirSync(join(bundle, 'archive'));
  const arcd = readFileSync(join(folder, 'game.arcd'));
  writeFileSync(join(bundle, 'archive', 'game0.arcd'), arcd.subarray(0, 50));
  writeFileSync(join(bundle, 'archive', 'game1.arcd'), arcd.subarray(50));
  copyFileSync(join(folder, 'game.arci'), join(bundle, 'archive', 'game0.arci'));
  copyFileSync(join(folder, 'game.dmanifest'), join(bundle, 'archive', 'game0.dmanifest'));
  const size = (name: string): number => readFileSync(join(folder, name)).length;
  const content = [
    { name: 'game.arci', size: size('game.arci'), pieces: [{ name: 'game0.arci', offset: 0 }] },
    {
      name: 'game.arcd',
      size: arcd.length,
      pieces: [
        { name: 'game0.arcd', offset: 0 },
        { name: 'game1.arcd', offset: 50 },
      ],
    },
    { name: 'game.dmanifest', size: size('game.dmanifest'), pieces: [{ name: 'game0.dmanifest', offset: 0 }] },
  ];
  writeFileSync(
    join(bundle, 'archive', 'archive_files.json'),
    JSON.stringify({ content, total_size: content.reduce((sum, file) => sum + file.size, 0) }),
  );
  return bundle;
}
