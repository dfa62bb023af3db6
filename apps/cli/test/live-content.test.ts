import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type LadingRun, runLading } from '../src/testing/run-lading.js';
import { SMALL_GAME, testFolder, writeTree } from '../src/testing/test-folder.js';

describe('what is live', () => {
  let cwd: string;
  const lading = (...args: string[]): Promise<LadingRun> => runLading(args, { cwd });

  /** Splits the game with one picture changed, and publishes it. */
  async function ship(version: string, picture: string, ...flags: string[]): Promise<LadingRun> {
    await writeTree(join(cwd, 'assets'), { 'pictures/b.txt': picture });
    const out = `release-${version}`;
    const split = ['split', '--assets', 'assets', '--root', '/levels/*.json', '--key', 'keys', '--out', out];
    expect((await lading(...split, '--release-version', version)).exitCode).toBe(0);
    return lading('publish', out, '--target', 'public', '--key', 'keys', '--json', ...flags);
  }

  beforeAll(async () => {
    cwd = await testFolder('live-content');
    await writeTree(join(cwd, 'assets'), SMALL_GAME);
    await lading('keys', 'new', '--out', 'keys');
    for (const version of ['1.0.0', '1.1.0']) expect((await ship(version, version)).exitCode).toBe(0);
    expect((await ship('2.0.0', '2.0.0', '--channel', 'beta')).exitCode).toBe(0);
  });

  it('is listed by channel, the newest first', async () => {
    const run = await lading('releases', '--target', 'public', '--trust', 'keys', '--json');
    expect([run.exitCode, run.stderr]).toEqual([0, '']);
    const { releases } = run.json<{ releases: { channel: string; state: string; release: { version: string } }[] }>();
    expect(releases.map(({ channel, state, release }) => [channel, state, release.version])).toEqual([
      ['beta', 'live', '2.0.0'],
      ['stable', 'live', '1.1.0'],
      ['stable', 'replaced', '1.0.0'],
    ]);
    const text = (await lading('releases', '--target', 'public', '--channel', 'stable', '--last', '1')).text;
    expect(text).toContain('1.1.0');
    expect(text).not.toContain('1.0.0');
    expect((await lading('verify', 'public', '--trust', 'keys')).exitCode).toBe(0);
  });

  it('is listed under the root of first use where none is named, and of nothing there is an error', async () => {
    const run = await lading('releases', '--target', 'public');
    expect([run.exitCode, run.stderr]).toEqual([0, expect.stringContaining('first use')]);
    const nothing = await lading('releases', '--target', 'nowhere', '--json');
    expect([nothing.exitCode, nothing.json()]).toEqual([
      3,
      expect.objectContaining({ error: expect.objectContaining({ code: 'ERR_INPUT_UNKNOWN' }) }),
    ]);
    await lading('keys', 'new', '--out', 'other-keys');
    const foreign = await lading('releases', '--target', 'public', '--trust', 'other-keys', '--json');
    expect([foreign.exitCode, foreign.json()]).toEqual([
      5,
      expect.objectContaining({ error: expect.objectContaining({ code: 'ERR_PUBLISH_TRUST' }) }),
    ]);
  });
});
