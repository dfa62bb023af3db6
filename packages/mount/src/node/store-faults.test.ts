import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FaultKind, type FaultTrial, sweepFaults, TaskProcess } from '@lading/fixtures';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CHECKPOINT_BYTES } from './partial-archive.js';
import { bundleStoreTasks, writeStoreContent } from './store-content.fixture.js';
import { expectHealing, expectState } from './store-judge.fixture.js';
import { LEFTOVER } from './store-tasks.fixture.js';

const KINDS: readonly FaultKind[] = [
  ...(['kill', 'kill-after', 'torn', 'short'] as const),
  ...(['ENOSPC', 'EIO', 'EACCES', 'EMFILE', 'EROFS'] as const),
];
const IS_LONG = process.env.LADING_LONG !== undefined;
/** Faults that a short run tries, spread evenly over operations and kinds. */
const SHORT_TRIALS = Number(process.env.LADING_FAULTS ?? 30);

let work: string;
let script: string;

beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'lading-faults-'));
  await writeStoreContent(work);
  script = await bundleStoreTasks(work);
});
afterAll(() => rm(work, { recursive: true, force: true }));

/** The old state or the new, every archive right; the next run heals by itself and leaves nothing behind. */
async function judge({ dir, kind, label, run, victim, helper }: FaultTrial): Promise<void> {
  const view = await expectState(dir, run.step, helper, label);
  expect(run.openFiles, `${label}: files left open`).toEqual([]);
  if (run.isDead) expect(kind, label).toMatch(/^(kill|kill-after|torn)$/);
  if (run.error !== undefined) expect(run.error.code, `${label}: ${run.error.text}`).toMatch(/^ERR_/);
  // What a living process may still use is left alone.
  if (view.files.some((name) => LEFTOVER.test(name))) await victim.end();
  await expectHealing(dir, helper, label);
}

describe('a store whose file system fails at one operation', () => {
  test('has the old state or the new, always whole, and heals with the next run', async () => {
    const maxTrials = IS_LONG ? undefined : SHORT_TRIALS;
    const { tried, possible, operations } = await sweepFaults({ script, work, kinds: KINDS, maxTrials, judge });
    console.info(`store faults: ${tried} of ${possible} tried (${operations.length} operations), all whole`);
    expect(operations.length).toBeGreaterThan(300);
  }, 7_200_000);

  test('works without hard links', async () => {
    const isLink = (operation: string): boolean => operation.startsWith('link ');
    const maxTrials = IS_LONG ? undefined : 3;
    await sweepFaults({ script, work, kinds: ['EPERM'], maxTrials, judge, only: isLink });
  }, 600_000);

  test('tries what it should: downloads that go on, archives composed of older ones', async () => {
    const dir = await mkdtemp(join(work, 'plain-'));
    const child = new TaskProcess(script);
    const run = await child.run('run', dir, { fault: { at: 0, kind: 'kill' } });
    expect(run.result).toEqual({ reusedBytes: expect.any(Number) });
    expect((run.result as { reusedBytes: number }).reusedBytes).toBeGreaterThan(CHECKPOINT_BYTES);
    const names = new Set(run.operations.map((line) => line.split(' ')[0]));
    for (const name of ['open', 'write', 'fsync', 'close', 'read', 'fstat', 'rename', 'link', 'unlink', 'appendFile']) {
      expect(names).toContain(name);
    }
    await child.end();
  });
});
