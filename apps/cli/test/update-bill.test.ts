import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type LadingRun, runLading } from '../src/testing/run-lading.js';
import { SMALL_GAME, testFolder, writeTree } from '../src/testing/test-folder.js';

interface Bill {
  readonly from: readonly {
    readonly version: string;
    readonly everything: { readonly downloadBytes: number; readonly requests: number };
    readonly roots: readonly { readonly root: string; readonly downloadBytes: number; readonly requests: number }[];
  }[];
  readonly fromNothing: Bill['from'][number];
  readonly tooLarge: readonly { readonly root: string; readonly from: string }[];
  readonly cost: number | null;
}

/** Text that hardly compresses, so that sizes are near to what is written. */
const noise = (bytes: number, seed: number): string =>
  createHash('shake256', { outputLength: bytes }).update(String(seed)).digest('base64');

describe('the update bill', () => {
  let cwd: string;
  const lading = (...args: string[]): Promise<LadingRun> => runLading(args, { cwd });
  const publish = (version: string, ...flags: string[]): Promise<LadingRun> =>
    lading('publish', `release-${version}`, '--target', 'public', '--key', 'keys', '--json', ...flags);

  async function split(version: string, files: Record<string, string>): Promise<void> {
    await writeTree(join(cwd, 'assets'), files);
    const args = ['split', '--assets', 'assets', '--root', '/levels/*.json', '--key', 'keys'];
    expect((await lading(...args, '--out', `release-${version}`, '--release-version', version)).exitCode).toBe(0);
  }

  beforeAll(async () => {
    cwd = await testFolder('update-bill');
    await writeTree(join(cwd, 'assets'), SMALL_GAME);
    await lading('keys', 'new', '--out', 'keys');
    await split('1.0.0', { 'pictures/a.txt': noise(20_000, 1), 'pictures/b.txt': noise(30_000, 2) });
    await split('1.1.0', { 'pictures/b.txt': noise(30_000, 3) });
    await split('1.2.0', { 'pictures/a.txt': noise(20_000, 4) });
  });

  it('says of a first publish what players download who have nothing', async () => {
    const { bill } = (await publish('1.0.0')).json<{ bill: Bill }>();
    expect(bill.from).toEqual([]);
    const { receivedBytes } = await pull('new-player', '/levels/2.json');
    expect(rootOf(bill.fromNothing, '/levels/2.json')?.downloadBytes).toBe(receivedBytes);
  });

  it('names for each live release and root what its players then download, to the byte', async () => {
    for (const root of ['/levels/1.json', '/levels/2.json', '/levels/3.json']) {
      await pull(`from-1.0.0${root}`, root);
    }
    await publish('1.1.0');
    for (const root of ['/levels/1.json', '/levels/2.json', '/levels/3.json']) await pull(`from-1.1.0${root}`, root);
    const dry = await publish('1.2.0', '--dry-run', '--price', '0.09', '--installs', '1000000');
    const { bill } = dry.json<{ bill: Bill }>();
    expect(bill.from.map(({ version }) => version)).toEqual(['1.1.0', '1.0.0']);
    const bytes = bill.from[0]?.everything.downloadBytes ?? 0;
    expect(bill.cost).toBeCloseTo((bytes / 1e9) * 1_000_000 * 0.09);
    await publish('1.2.0');
    for (const column of bill.from) {
      for (const { root, downloadBytes, requests } of column.roots) {
        const pulled = await pull(`from-${column.version}${root}`, root);
        expect(pulled.receivedBytes, `${root} from ${column.version}`).toBe(downloadBytes);
        expect(requests === 0).toBe(downloadBytes === 0);
      }
    }
    expect(rootOf(bill.from[0], '/levels/2.json')?.downloadBytes).toBe(0);
    expect(rootOf(bill.from[1], '/levels/2.json')?.downloadBytes).toBeGreaterThan(20_000);
  });

  it('stops a publish that is larger than it may be, before anything is uploaded', async () => {
    await split('1.3.0', { 'pictures/all.txt': noise(40_000, 5) });
    const refused = await publish('1.3.0', '--max-update', '10kB');
    const { status, bill } = refused.json<{ status: string; bill: Bill }>();
    expect([refused.exitCode, status]).toEqual([1, 'refused']);
    expect(new Set(bill.tooLarge.map(({ root }) => root))).toEqual(
      new Set(['/levels/1.json', '/levels/2.json', '/levels/3.json']),
    );
    const after = await lading('releases', '--target', 'public', '--trust', 'keys');
    expect(after.text).not.toContain('1.3.0');
    expect((await publish('1.3.0', '--max-update', '10kB', '--dry-run')).exitCode).toBe(1);
    const done = await publish('1.3.0', '--max-update', '10MB', '--bill', '1');
    expect(done.json()).toMatchObject({ status: 'published', bill: { from: [{ version: '1.2.0' }] } });
    expect((await publish('1.3.0')).json()).not.toHaveProperty('bill');
    const text = await lading('rollback', '--target', 'public', '--key', 'keys', '--dry-run');
    expect(text.text).toMatch(/update bill +from 1\.3\.0/);
  });

  function rootOf(
    column: Bill['from'][number] | undefined,
    root: string,
  ): Bill['from'][number]['roots'][number] | undefined {
    return column?.roots.find((one) => one.root === root);
  }

  async function pull(player: string, root: string): Promise<{ receivedBytes: number }> {
    const to = `players/${player.replaceAll('/', '-')}`;
    const run = await lading('pull', 'public', '--root', root, '--to', to, '--trust', 'keys', '--json');
    expect([run.exitCode, run.stderr]).toEqual([0, '']);
    return run.json<{ receivedBytes: number }>();
  }
});
