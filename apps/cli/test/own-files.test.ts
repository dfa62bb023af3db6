import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runLading } from '../src/testing/run-lading.js';
import { SMALL_GAME, testFolder, writeTree } from '../src/testing/test-folder.js';

describe('a source that is the whole project', () => {
  it('is refused as long as keys, or what was written before, would be shipped', async () => {
    const cwd = await testFolder('own-files');
    const lading = (...args: string[]): ReturnType<typeof runLading> => runLading(args, { cwd });
    await writeTree(cwd, SMALL_GAME);
    await lading('keys', 'new', '--out', 'keys');
    const split = ['split', '--assets', '.', '--root', '/levels/*.json', '--key', 'keys', '--out', 'out'];
    const refused = await lading(...split);
    expect([refused.exitCode, refused.stderr]).toEqual([2, expect.stringContaining('/keys/release.key.pem')]);
    expect(refused.stderr).toContain("--exclude '/keys/**'");
    expect(existsSync(join(cwd, 'out'))).toBe(false);
    const withoutKeys = [...split, '--exclude', '/keys/**'];
    expect((await lading(...withoutKeys)).exitCode).toBe(0);
    const again = await lading(...withoutKeys);
    expect([again.exitCode, again.stderr]).toEqual([2, expect.stringContaining('/out/archives/')]);
    expect((await lading(...withoutKeys, '--exclude', '/out/**')).exitCode).toBe(0);
    const exported = await lading('export', '--assets', '.', '--root', '/levels/*.json', '--folder', 'all');
    expect([exported.exitCode, exported.stderr, existsSync(join(cwd, 'all'))]).toEqual([
      2,
      expect.stringContaining('private keys'),
      false,
    ]);
  });

  it('refuses settings of a folder that have the wrong shape', async () => {
    const cwd = await testFolder('files-setting');
    for (const wrong of [{ allowUnresolved: 'yes' }, { entries: '/index.html' }, { edges: 1 }, { dir: '' }]) {
      const source = { kind: 'files', dir: '.', ...wrong };
      await writeTree(cwd, { 'lading.config.json': JSON.stringify({ source }) });
      const run = await runLading(['plan'], { cwd });
      expect([Object.keys(wrong), run.exitCode, run.stderr.includes('ERR_CONFIG')]).toEqual([
        Object.keys(wrong),
        3,
        true,
      ]);
    }
  });
});
