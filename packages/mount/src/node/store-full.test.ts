import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { TaskProcess } from '@lading/fixtures';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundleStoreTasks, writeStoreContent } from './store-content.fixture.js';
import { expectHealing, expectState } from './store-judge.fixture.js';
import { LEFTOVER } from './store-tasks.fixture.js';

const run = promisify(execFile);
const IS_LONG = process.env.LADING_LONG !== undefined;
const BIG_BYTES = 250_000;
/** Sizes of disks, in KiB: from too small for anything to enough for all. */
const SIZES = Array.from({ length: 250 }, (_, i) => 8 + 4 * i).filter((_, i) => IS_LONG || i % 40 === 3);
const INODES = Array.from({ length: 24 }, (_, i) => 1 + i).filter((_, i) => IS_LONG || i % 8 === 5);

let work: string;
let helper: TaskProcess;
let victim: TaskProcess;

beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'lading-full-'));
  await writeStoreContent(work, BIG_BYTES);
  const script = await bundleStoreTasks(work, { breakOffAt: BIG_BYTES / 2 });
  [helper, victim] = [new TaskProcess(script), new TaskProcess(script)];
});
afterAll(async () => {
  await Promise.all([helper.end(), victim.end()]);
  await rm(work, { recursive: true, force: true });
});

/** Says why disks of any size cannot be had here. */
async function whyNoDisk(): Promise<string | undefined> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'mounting wants root on Linux';
  try {
    await onDisk('size=64k', async () => undefined);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

async function onDisk<T>(limits: string, work: (dir: string) => Promise<T>): Promise<T> {
  const disk = await mkdtemp(join(tmpdir(), 'lading-disk-'));
  try {
    await run('mount', ['-t', 'tmpfs', '-o', limits, 'tmpfs', disk]);
    try {
      return await work(disk);
    } finally {
      await run('umount', [disk]);
    }
  } finally {
    await rm(disk, { recursive: true });
  }
}

/** Works on a disk until it is full; then there is room again. */
async function fillDisk(limits: string): Promise<boolean> {
  return onDisk(limits, async (disk) => {
    const dir = join(disk, 'store');
    const { step, error, openFiles } = await victim.run('run', dir);
    if (error !== undefined) expect(error.code, `${limits}: ${error.text}`).toBe('ERR_STORE_FULL');
    expect(openFiles, limits).toEqual([]);
    const { files } = await expectState(dir, step, helper, limits);
    // What a download had so far is given back too: on a full disk it does more harm than good. Without an inode for its lock it
    // cannot even be opened; then it stays as it was broken off.
    const pattern = limits.includes('nr_inodes') ? /\.tmp$|lock$/ : LEFTOVER;
    expect(
      files.filter((name) => pattern.test(name)),
      limits,
    ).toEqual([]);
    await run('mount', ['-o', 'remount,size=64m,nr_inodes=1000', disk]);
    await expectHealing(dir, helper, limits);
    return error !== undefined;
  });
}

describe('a disk that gets full', () => {
  test('keeps the old state or has the new, says so, and gets its space back', { timeout: 600_000 }, async ({
    skip,
  }) => {
    const why = await whyNoDisk();
    if (why !== undefined) skip(why);
    const limits = [...SIZES.map((size) => `size=${size}k`), ...INODES.map((count) => `size=64m,nr_inodes=${count}`)];
    let full = 0;
    for (const limit of limits) if (await fillDisk(limit)) full++;
    console.info(`full disks: ${limits.length} tried, ${full} of them full on the way, all whole`);
    expect(full).toBeGreaterThan(limits.length / 3);
    expect(full).toBeLessThan(limits.length);
  });
});
