import { buildLayout, defoldMembers, type Layout, layoutKeys, serveFiles } from '@lading/fixtures';
import { digestOf, historyKey, readEnvelope } from '@lading/manifest';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import type { ContentReport } from './content-report.js';
import { httpOrigin } from './http-origin.js';
import { memoryOrigin } from './memory-origin.js';
import { verifyContent } from './verify-content.js';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const keys = await layoutKeys();
const isLong = process.env.LADING_LONG !== undefined;
let layout: Layout;

beforeAll(async () => {
  layout = await buildLayout({
    keys,
    archives: {
      plain: {
        members: [
          { name: 'a.txt', bytes: text('first member') },
          { name: 'dir/b.json', bytes: text('{"second":"member"}'.repeat(30)), deflate: true },
          { name: 'empty', bytes: new Uint8Array() },
        ],
      },
      defold: {
        members: defoldMembers([
          { path: '/main/a.collectionc', bytes: text('a resource') },
          { path: '/main/b.scriptc', bytes: text('print("hi")'), isEncrypted: true },
        ]),
      },
    },
    roots: { '/a.txt': ['plain', 'defold'] },
  });
});

function check(files: ReadonlyMap<string, Uint8Array>): Promise<ContentReport> {
  return verifyContent(memoryOrigin(files), { trust: layout.root, now: new Date('2026-03-01T00:00:00Z') });
}

function flipped(file: string, at: number, bit: number): Map<string, Uint8Array> {
  const bytes = layout.files.get(file)?.slice() ?? new Uint8Array();
  bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
  return new Map<string, Uint8Array>(layout.files).set(file, bytes);
}

/** Which part of an archive a byte belongs to, worked out from the layout of a zip, not from our reader. */
function placeOf(archiveName: string, at: number): string {
  const archive = layout.release.archives.find(({ name }) => name === archiveName);
  if (archive === undefined || at >= archive.directory.offset) return 'directory';
  const bytes = layout.files.get(archive.key) ?? new Uint8Array();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let from = 0; ; ) {
    const dataAt = from + 30 + view.getUint16(from + 26, true);
    const name = new TextDecoder().decode(bytes.subarray(from + 30, dataAt));
    const next = dataAt + view.getUint32(from + 18, true);
    if (at < dataAt) return `local header of ${name}`;
    if (at < next) return name;
    from = next;
  }
}

describe('verifyContent', () => {
  test('finds nothing in a sound layout and counts what it checked', async () => {
    const report = await check(layout.files);
    const bytes = [...layout.files.values()].reduce((sum, file) => sum + file.length, 0);
    expect(report).toEqual({
      isSound: true,
      findings: [],
      roots: 1,
      channels: 1,
      releases: 1,
      archives: 2,
      members: 6,
      bytes,
      unchecked: [],
    });
  });

  test('any flipped bit anywhere is found, in its file, and in an archive at its place', async () => {
    const spots = fc.constantFrom(...layout.files.keys()).chain((file) => {
      const size = layout.files.get(file)?.length ?? 1;
      return fc.tuple(fc.constant(file), fc.nat(size - 1), fc.nat(7));
    });
    const isPinned = fc.boolean();
    await fc.assert(
      fc.asyncProperty(spots, isPinned, async ([file, at, bit], pinned) => {
        const trust = pinned ? layout.root : ('first-use' as const);
        const report = await verifyContent(memoryOrigin(flipped(file, at, bit)), { trust });
        expect(report.isSound).toBe(false);
        const findings = report.findings.filter((finding) => finding.file === file);
        expect(findings.length).toBeGreaterThan(0);
        const archive = /^archives\/(\w+)\./.exec(file)?.[1];
        if (archive === undefined) return;
        const places = findings.map(({ place }) => place);
        expect(places).toContain(placeOf(archive, at));
      }),
      { numRuns: isLong ? 20_000 : 300 },
    );
  });

  test('bytes all along the archives are covered', async () => {
    for (const { key, name } of layout.release.archives) {
      const size = layout.files.get(key)?.length ?? 0;
      for (let at = 0; at < size; at += isLong ? 1 : 5) {
        const { findings } = await check(flipped(key, at, at % 8));
        expect(
          findings.map(({ place }) => place),
          `${name}, byte ${at}`,
        ).toContain(placeOf(name, at));
      }
    }
  });

  test('reports all that is wrong, not only the first', async () => {
    const [first, second] = layout.release.archives;
    const files = flipped(first?.key ?? '', 40, 0);
    files.delete(second?.key ?? '');
    files.set('archives/stray.zip', text('who put this here?'));
    const report = await check(files);
    expect(report.findings.map(({ file, code }) => `${code} ${file.replace(/\.[0-9a-f]{16}/, '')}`).sort()).toEqual([
      'ERR_SOURCE_MISSING archives/defold.zip',
      'ERR_VERIFY_DIGEST archives/plain.zip',
      'ERR_VERIFY_ENTRIES archives/stray.zip',
    ]);
  });

  test('a file that is longer or shorter than signed is found', async () => {
    const key = layout.release.archives[0]?.key ?? '';
    const bytes = layout.files.get(key) ?? new Uint8Array();
    for (const other of [bytes.subarray(0, -1), new Uint8Array([...bytes, 0]), new Uint8Array()]) {
      const report = await check(new Map<string, Uint8Array>(layout.files).set(key, other));
      expect(report.findings).toMatchObject([{ file: key, code: 'ERR_VERIFY_SIZE' }]);
    }
  });

  test('works without a channel, as a split writes it, and with another pinned root it refuses', async () => {
    const files = new Map(layout.files);
    files.delete('channels/stable.json');
    expect(await check(files)).toMatchObject({ isSound: true, channels: 0, releases: 1, archives: 2 });
    const stranger = await buildLayout({ keys: await layoutKeys(), archives: {}, roots: {} });
    const report = await verifyContent(memoryOrigin(files), { trust: stranger.root });
    expect(report.isSound).toBe(false);
    expect(report.findings.map(({ code }) => code)).toContain('ERR_TRUST_ROOT');
  });

  test('channel documents that were replaced are checked like every other, and a flipped bit is found', async () => {
    const old = layout.files.get('channels/stable.json') ?? new Uint8Array();
    const digest = await digestOf(readEnvelope(old).payload);
    const files = new Map<string, Uint8Array>(layout.files).set(historyKey('stable', 1, digest), old);
    files.set('tombstones/0123456789abcdef.json', text('{}'));
    expect(await check(files)).toMatchObject({ isSound: true, findings: [] });
    const wrong = new Map<string, Uint8Array>(layout.files).set(historyKey('stable', 2, digest), old);
    expect((await check(wrong)).findings).toMatchObject([{ code: 'ERR_TRUST_MISMATCH' }]);
    for (let at = 0; at < old.length; at += isLong ? 1 : 37) {
      const broken = old.slice();
      broken[at] = (broken[at] ?? 0) ^ (1 << (at % 8));
      const report = await check(new Map(files).set(historyKey('stable', 1, digest), broken));
      expect(report.isSound, `byte ${at}`).toBe(false);
    }
  });

  test('an expired channel is a warning: nobody adopts it, but it is sound', async () => {
    const late = new Date('2200-01-01T00:00:00Z');
    const old = await buildLayout({ keys, archives: {}, roots: {}, expiresAt: '2026-01-02T00:00:00.000Z' });
    const report = await verifyContent(memoryOrigin(old.files), {
      trust: old.root,
      now: new Date('2026-06-01T00:00:00Z'),
    });
    expect(report).toMatchObject({ isSound: true, findings: [{ severity: 'warning', code: 'ERR_CHANNEL_STALE' }] });
    const dead = await verifyContent(memoryOrigin(old.files), { trust: old.root, now: late });
    expect(dead.findings).toMatchObject([{ severity: 'error', code: 'ERR_TRUST_EXPIRED' }]);
  });

  test('over HTTP it goes from the channel to everything below', async () => {
    const server = await serveFiles(layout.files);
    try {
      const report = await verifyContent(httpOrigin(server.url), { trust: layout.root });
      expect(report).toMatchObject({ isSound: true, channels: 1, releases: 1, archives: 2, members: 6 });
      const key = layout.release.archives[0]?.key ?? '';
      server.hook = (_request, response, asked) => asked === key && response.writeHead(500).end() !== undefined;
      const failed = verifyContent(httpOrigin(server.url), { trust: layout.root });
      await expect(failed).rejects.toMatchObject({ code: 'ERR_SOURCE_FAILED' });
    } finally {
      await server.close();
    }
  });

  test('can be aborted', async () => {
    const controller = new AbortController();
    const running = verifyContent(memoryOrigin(layout.files), {
      trust: layout.root,
      signal: controller.signal,
      onProgress: ({ file }) => file.startsWith('archives/') && controller.abort(new Error('stop')),
    });
    await expect(running).rejects.toThrow('stop');
  });
});
