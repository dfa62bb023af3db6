import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomFrom, TaskProcess } from '@lading/fixtures';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundleStoreTasks, writeStoreContent } from './store-content.fixture.js';
import { expectHealing, expectRound, expectWhole } from './store-judge.fixture.js';

const IS_LONG = process.env.LADING_LONG !== undefined;
const SEED = Number(process.env.LADING_SEED ?? Date.now() % 1_000_000);
const KILLS = IS_LONG ? 1_000 : 8;
const LANES = 2;
/** A round of work takes some 100 ms; the kill comes at any time of two. */
const SPAN_MS = 200;
const PROCESSES = 8;
const KILL_AFTER_MS = 600;
const MOUNTS = IS_LONG ? 200 : 10;

let work: string;
let script: string;

beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'lading-kills-'));
  await writeStoreContent(work);
  script = await bundleStoreTasks(work, { mounts: MOUNTS });
});
afterAll(() => rm(work, { recursive: true, force: true }));

/** Runs `cycle`, and kills it some time after it began; gives the last step that it said was done. */
async function killAfter(victim: TaskProcess, dir: string, delayMs: number): Promise<number> {
  let isBegun = false;
  const onMark = (): void => {
    if (isBegun) return;
    isBegun = true;
    setTimeout(() => victim.child.kill('SIGKILL'), delayMs);
  };
  const { isDead, step, error } = await victim.run('cycle', dir, { onMark });
  expect(isDead, error?.text).toBe(true);
  return step;
}

describe('processes that are killed', () => {
  test('leave the old state or the new, and the next one heals', { timeout: 3_600_000 }, async () => {
    const random = randomFrom(SEED);
    const delays = Array.from({ length: KILLS }, () => random() * SPAN_MS);
    const lane = async (): Promise<void> => {
      const [victim, helper] = [new TaskProcess(script), new TaskProcess(script)];
      try {
        for (let delay = delays.shift(); delay !== undefined; delay = delays.shift()) {
          const label = `seed ${SEED}, killed after ${delay.toFixed(1)} ms`;
          const dir = await mkdtemp(join(work, 'killed-'));
          const mark = await killAfter(victim, dir, delay);
          const round = await expectRound(dir, mark, helper, label);
          await expectHealing(round, helper, label);
          await rm(dir, { recursive: true });
        }
      } finally {
        delays.length = 0;
        await Promise.all([victim.end(), helper.end()]);
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    console.info(`kill -9: ${KILLS} of ${KILLS} whole (seed ${SEED})`);
  });
});

describe('processes side by side', () => {
  test('lose no mount of each other, also when one of them is killed', { timeout: 3_600_000 }, async () => {
    const dir = await mkdtemp(join(work, 'shared-'));
    const helper = new TaskProcess(script);
    const children = Array.from({ length: PROCESSES }, () => new TaskProcess(script));
    const killed = new TaskProcess(script);
    try {
      const runs = children.map((child) => child.run('mountMany', dir));
      const { child } = killed;
      const victim = killed.run('mountMany', dir);
      setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS);
      const ended = await Promise.all(runs);
      for (const { error } of ended) expect(error?.text).toBeUndefined();
      await victim;
      const kept = ended.flatMap(({ result }) => result as string[]).sort();
      const { mounts, files } = await expectWhole(dir, helper, 'after all');
      // The one that was killed left those that it had kept so far, and maybe one that it had not yet taken away.
      const others = Object.keys(mounts).filter((name) => !name.startsWith(`${child.pid}-`));
      expect(others.sort()).toEqual(kept);
      expect(kept.length).toBe(PROCESSES * Math.ceil(MOUNTS / 10));
      expect(files.filter((name) => /^records\./.test(name)).length).toBe(1);
    } finally {
      await Promise.all([helper, killed, ...children].map((child) => child.end()));
    }
  });
});
