import { readdir, readFile, writeFile } from 'node:fs/promises';
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

  const versionOf = async (channel: string): Promise<[string, number]> => {
    const run = await lading('releases', '--target', 'public', '--trust', 'keys', '--channel', channel, '--json');
    const [first] = run.json<{ releases: { channelSequence: number; release: { version: string } }[] }>().releases;
    return [first?.release.version ?? '', first?.channelSequence ?? 0];
  };

  it('goes from one channel to another without an upload of content', async () => {
    const promote = ['promote', 'beta', 'stable', '--target', 'public', '--key', 'keys', '--json'];
    const dry = await lading(...promote, '--dry-run');
    expect(dry.json()).toMatchObject({ dryRun: true, plan: { channel: { name: 'stable', action: 'advance' } } });
    expect(await versionOf('stable')).toEqual(['1.1.0', 2]);
    const run = await lading(...promote);
    expect([run.exitCode, run.json()]).toEqual([0, expect.objectContaining({ status: 'published' })]);
    expect(run.json<{ plan: { uploads: { kind: string }[] } }>().plan.uploads.map(({ kind }) => kind)).not.toContain(
      'archive',
    );
    expect(await versionOf('stable')).toEqual(['2.0.0', 3]);
    expect((await lading(...promote)).json()).toMatchObject({ status: 'up-to-date' });
    const unknown = await lading('promote', 'alpha', 'stable', '--target', 'public', '--key', 'keys', '--json');
    expect([unknown.exitCode, unknown.json()]).toEqual([
      3,
      expect.objectContaining({ error: expect.objectContaining({ code: 'ERR_PUBLISH_NO_RELEASE' }) }),
    ]);
  });

  it('goes back under a higher sequence, and players follow', async () => {
    const pull = ['pull', 'public', '--root', '/levels/2.json', '--to', 'player', '--trust', 'keys'];
    await lading(...pull);
    expect((await lading('read', 'player', '/pictures/b.txt')).text).toBe('2.0.0');
    const run = await lading('rollback', '--target', 'public', '--key', 'keys', '--json');
    expect([run.exitCode, run.json()]).toEqual([
      0,
      expect.objectContaining({ status: 'published', channel: expect.objectContaining({ sequence: 4 }) }),
    ]);
    expect(await versionOf('stable')).toEqual(['1.1.0', 4]);
    expect((await lading(...pull)).exitCode).toBe(0);
    expect((await lading('read', 'player', '/pictures/b.txt')).text).toBe('1.1.0');
    // Once more goes further back, never to what was rolled back.
    await lading('rollback', '--target', 'public', '--key', 'keys');
    expect(await versionOf('stable')).toEqual(['1.0.0', 5]);
    const end = await lading('rollback', '--target', 'public', '--key', 'keys', '--json');
    expect([end.exitCode, end.json()]).toEqual([
      3,
      expect.objectContaining({ error: expect.objectContaining({ code: 'ERR_PUBLISH_NO_RELEASE' }) }),
    ]);
    expect((await lading('verify', 'public', '--trust', 'keys')).exitCode).toBe(0);
  });

  it('goes to a named release, and revokes the one that it leaves', async () => {
    await lading('rollback', '--to', '2.0.0', '--target', 'public', '--key', 'keys');
    expect(await versionOf('stable')).toEqual(['2.0.0', 6]);
    const run = await lading('rollback', '--to', '1.1.0', '--revoke', '--target', 'public', '--key', 'keys', '--json');
    const { channel, plan } = run.json<{
      channel: { revoked: string[] };
      plan: { channel: { from: { releaseDigest: string } } };
    }>();
    expect(channel.revoked).toEqual([plan.channel.from.releaseDigest]);
    const again = await lading('rollback', '--to', channel.revoked[0] ?? '', '--target', 'public', '--key', 'keys');
    expect([again.exitCode, again.stderr]).toEqual([3, expect.stringContaining('stays revoked')]);
  });

  it('is rolled out to a share of installs that grows, and revoked by version', async () => {
    await ship('2.1.0', '2.1.0', '--channel', 'staged');
    const staged = await ship('2.2.0', '2.2.0', '--channel', 'staged', '--rollout', '5');
    expect(staged.json()).toMatchObject({ channel: { rollout: 5 } });
    const flags = ['--channel', 'staged', '--target', 'public', '--key', 'keys', '--json'];
    const half = await lading('rollout', '50%', ...flags);
    expect(half.json()).toMatchObject({ status: 'refreshed', channel: { rollout: 50, sequence: 3 } });
    const listed = await lading('releases', '--channel', 'staged', '--target', 'public', '--trust', 'keys');
    expect(listed.text).toContain('live for 50 %');
    expect((await lading('rollout', '100', ...flags)).json<{ channel: object }>().channel).not.toHaveProperty(
      'rollout',
    );
    expect((await lading('rollout', '101', ...flags)).exitCode).toBe(2);
    expect((await lading('revoke', '2.2.0', ...flags)).json()).toMatchObject({
      error: { code: 'ERR_PUBLISH_NO_RELEASE' },
    });
    const revoked = await lading('revoke', '2.1.0', ...flags);
    expect(revoked.json<{ channel: { revoked: string[] } }>().channel.revoked).toHaveLength(1);
    expect((await lading('revoke', '2.1.0', ...flags)).json()).toMatchObject({ status: 'up-to-date' });
    expect((await lading('releases', '--channel', 'staged', '--target', 'public', '--trust', 'keys')).text).toContain(
      'revoked',
    );
  });

  it('gets to mirrors, too, which a client may read instead', async () => {
    const flags = ['--target', 'mirrored/a', '--mirror', 'mirrored/b', '--key', 'keys', '--json'];
    const run = await lading('publish', 'release-2.0.0', ...flags);
    expect([run.exitCode, run.json()]).toEqual([
      0,
      expect.objectContaining({ status: 'published', mirrors: [expect.objectContaining({ status: 'published' })] }),
    ]);
    const [a, b] = await Promise.all(
      ['a', 'b'].map((name) => readFile(join(cwd, `mirrored/${name}/channels/stable.json`))),
    );
    expect(a).toEqual(b);
    expect((await lading('verify', 'mirrored/b', '--trust', 'keys')).exitCode).toBe(0);
    const again = await lading('publish', 'release-2.0.0', ...flags);
    expect(again.json()).toMatchObject({ status: 'up-to-date', mirrors: [{ status: 'up-to-date' }] });
    await writeTree(cwd, {
      'mirrors.config.json': JSON.stringify({
        sign: { key: 'keys' },
        target: 'mirrored/a',
        mirrors: ['mirrored/b', 'mirrored/c'],
      }),
    });
    const byConfig = await lading('publish', 'release-2.0.0', '--config', join(cwd, 'mirrors.config.json'), '--json');
    expect(byConfig.json()).toMatchObject({ mirrors: [{ status: 'up-to-date' }, { status: 'published' }] });
    expect(await readFile(join(cwd, 'mirrored/c/channels/stable.json'))).toEqual(a);
  });

  it('is repaired where something else wrote over it', async () => {
    const [archive = ''] = await readdir(join(cwd, 'release-2.0.0/archives'));
    const bytes = await readFile(join(cwd, 'public/archives', archive));
    await writeFile(join(cwd, 'public/archives', archive), bytes.fill(1));
    expect((await lading('verify', 'public', '--trust', 'keys')).exitCode).toBe(5);
    const publish = ['publish', 'release-2.0.0', '--target', 'public', '--key', 'keys', '--channel', 'beta', '--json'];
    expect((await lading(...publish)).json()).toMatchObject({ status: 'up-to-date' });
    expect((await lading(...publish, '--repair')).json()).toMatchObject({ status: 'repaired', uploadedObjects: 1 });
    expect((await lading('verify', 'public', '--trust', 'keys')).exitCode).toBe(0);
  });

  it('needs the release key to go back, wherever it comes from', async () => {
    const keys = ['--key', 'keys/channel.key.pem', '--trust', 'keys'];
    const without = await lading('rollback', '--to', '1.0.0', '--target', 'public', ...keys, '--json');
    expect([without.exitCode, without.json()]).toEqual([
      3,
      expect.objectContaining({ error: expect.objectContaining({ code: 'ERR_PUBLISH_SEQUENCE' }) }),
    ]);
    const release = ['--release-key', 'keys/release.key.pem'];
    expect((await lading('rollback', '--to', '1.0.0', '--target', 'public', ...keys, ...release)).exitCode).toBe(0);
    expect(await versionOf('stable')).toEqual(['1.0.0', 8]);
  });

  it('is never collected; what is dead is buried, and deleted after the grace', async () => {
    const inDays = (days: number): Date => new Date(Date.now() + days * 86_400_000);
    const gc = (now: Date, ...flags: string[]): Promise<LadingRun> =>
      runLading(['gc', '--target', 'public', '--keep', '1', '--grace', '7d', '--json', ...flags], { cwd, now });
    expect((await gc(inDays(0))).exitCode).toBe(2);
    const young = await gc(inDays(0), '--trust', 'keys');
    expect(young.json()).toMatchObject({ buried: { objects: 0 }, deleted: { objects: 0 } });
    const dry = await gc(inDays(40), '--trust', 'keys', '--dry-run');
    const { buried } = dry.json<{ buried: { objects: number; keys: string[] } }>();
    expect(buried.objects).toBeGreaterThan(4);
    const first = await gc(inDays(40), '--trust', 'keys');
    expect(first.json()).toMatchObject({ buried, deleted: { objects: 0 } });
    expect((await lading('verify', 'public', '--trust', 'keys')).exitCode).toBe(0);
    const second = await gc(inDays(48), '--trust', 'keys');
    expect(second.json()).toMatchObject({ deleted: { objects: buried.objects }, waiting: [] });
    const verified = await lading('verify', 'public', '--trust', 'keys', '--json');
    expect([verified.exitCode, verified.json()]).toEqual([0, expect.objectContaining({ channels: 3, releases: 3 })]);
    expect(await versionOf('stable')).toEqual(['1.0.0', 8]);
  });
});
