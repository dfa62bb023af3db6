import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MANIFEST_MEMBER, parseDefoldManifest } from '@lading/manifest';
import { describe, expect, it } from 'vitest';
import { engineMount, getResources, missingResources } from '../../test/support/engine-mounts.js';
import { madeFolder, madeGame, rejection } from '../../test/support/made-game.js';
import { madeGraph } from '../../test/support/made-graph.js';
import {
  directoryContent,
  liveUpdateZip,
  openContent,
  planSplit,
  publisherFolder,
  readForeignZip,
  writeExportFolder,
  writeOrdinaryZip,
} from '../index.js';

const game = await madeGame();
const plan = planSplit(game.graph);

describe('writeOrdinaryZip', () => {
  it('writes what Defold would: blobs with header, then the untouched manifest, and reads back the same', async () => {
    const file = join(temporary(), 'all.zip');
    const content = await openContent(game.zip);
    const result = await writeOrdinaryZip(plan, content, file, { graph: game.graph });
    expect(result).toEqual({ entries: game.blobs.size + 1, sizeBytes: readFileSync(file).length });
    const zip = await readForeignZip(file);
    expect(zip.entries.at(-1)?.name).toBe(MANIFEST_MEMBER);
    const again = await liveUpdateZip(file);
    expect(Buffer.from(again.manifest ?? []).equals(game.manifest)).toBe(true);
    for (const [path, hexDigest] of game.digests) {
      expect(Buffer.from(await again.read({ path })).equals(game.blobs.get(hexDigest) ?? Buffer.alloc(0))).toBe(true);
    }
    const mount = await engineMount(file);
    expect(getResources([mount], '/one.collectionc').length).toBe(5);
    expect(missingResources([mount], '/one.collectionc')).toEqual([]);
    execFileSync('python3', ['-m', 'zipfile', '-t', file]);
  });

  it('writes the same bytes twice, stored; and smaller ones on request', async () => {
    const folder = temporary();
    const content = await openContent(game.zip);
    const sizes = [];
    for (const [name, compress] of [
      ['a', false],
      ['b', false],
      ['c', true],
    ] as const) {
      sizes.push((await writeOrdinaryZip(plan, content, join(folder, name), { compress })).sizeBytes);
    }
    expect(readFileSync(join(folder, 'a')).equals(readFileSync(join(folder, 'b')))).toBe(true);
    expect(sizes[2]).toBeLessThan(sizes[0] ?? 0);
  });

  it('makes a manifest where the content has none that fits: a build without Live Update', async () => {
    const bundled = await madeGame({ liveUpdate: false });
    const file = join(temporary(), 'all.zip');
    await writeOrdinaryZip(planSplit(bundled.graph), await openContent(bundled.zip), file, { graph: bundled.graph });
    const { manifest } = await engineMount(file);
    expect(manifest.resources.length).toBe(bundled.digests.size);
    expect(getResources([await engineMount(file)], '/two.collectionc').length).toBe(5);
  });

  it('writes plain content under its paths', async () => {
    const graph = await madeGraph({ '/a/b.txt': { is: 'root' } });
    const file = join(temporary(), 'plain.zip');
    await writeOrdinaryZip(planSplit(graph), await directoryContent(madeFolder({ 'a/b.txt': 'hello' })), file);
    expect((await readForeignZip(file)).entries.map(({ name }) => name)).toEqual(['a/b.txt']);
  });

  it('leaves nothing behind when content is missing, broken or the work is stopped', async () => {
    const folder = temporary();
    const content = await openContent(game.zip);
    const broken = { ...content, read: () => Promise.reject(new Error('broken')) };
    expect((await rejection(writeOrdinaryZip(plan, broken, join(folder, 'x.zip')))).message).toBe('broken');
    const controller = new AbortController();
    const stopped = writeOrdinaryZip(plan, content, join(folder, 'x.zip'), {
      signal: controller.signal,
      onProgress: () => controller.abort(new Error('stop')),
    });
    expect((await rejection(stopped)).message).toBe('stop');
    const none = { ...content, stat: async () => undefined };
    expect(await rejection(writeOrdinaryZip(plan, none, join(folder, 'x.zip')))).toMatchObject({
      code: 'ERR_CONTENT_MISSING',
    });
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('writeExportFolder', () => {
  it('writes what Defold would, which opens as a publisher folder', async () => {
    const folder = join(temporary(), 'content');
    const result = await writeExportFolder(plan, await openContent(game.zip), folder, { graph: game.graph });
    expect(readdirSync(folder).length).toBe(result.entries);
    const content = await publisherFolder(folder);
    for (const [path, hexDigest] of game.digests) {
      expect(Buffer.from(await content.read({ path })).equals(game.blobs.get(hexDigest) ?? Buffer.alloc(0))).toBe(true);
    }
    expect(parseDefoldManifest(readFileSync(join(folder, MANIFEST_MEMBER))).version).toBe(5);
  });

  it('never writes into a folder that has something in it, and appears whole or not at all', async () => {
    const full = madeFolder({ mine: '' });
    const content = await openContent(game.zip);
    expect(await rejection(writeExportFolder(plan, content, full))).toMatchObject({ code: 'ERR_ARCHIVE_WRITE' });
    expect(readdirSync(full)).toEqual(['mine']);
    const parent = temporary();
    const controller = new AbortController();
    const options = {
      signal: controller.signal,
      onProgress: (files: number) => files === 2 && controller.abort(new Error('stop')),
    };
    expect(
      (
        await rejection(
          writeExportFolder(plan, content, join(parent, 'x'), {
            ...options,
            onProgress: (files) => void options.onProgress(files),
          }),
        )
      ).message,
    ).toBe('stop');
    expect(readdirSync(parent)).toEqual([]);
    const empty = temporary();
    await writeExportFolder(plan, content, empty);
    expect(readdirSync(empty)).toContain(MANIFEST_MEMBER);
  });
});

function temporary(): string {
  return mkdtempSync(join(tmpdir(), 'lading-export-'));
}
