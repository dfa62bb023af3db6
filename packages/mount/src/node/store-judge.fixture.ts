import { join } from 'node:path';
import type { TaskProcess } from '@lading/fixtures';
import { expect } from 'vitest';
import { LEFTOVER, ROUND, STATES, type StoreView } from './store-tasks.fixture.js';

/** What is in a store: nothing may be broken in it, ever. `helper` serves `storeTasks`. */
export async function expectWhole(dir: string, helper: TaskProcess, label: string): Promise<StoreView> {
  const { error, result } = await helper.run('judge', dir);
  expect(error?.text, `${label}: the store is judged`).toBeUndefined();
  const view = result as StoreView;
  expect(view.dropped, `${label}: mounts that could not be restored`).toEqual([]);
  expect(view.broken, `${label}: archives with other bytes than their name says`).toEqual([]);
  return view;
}

/** The state of the last step that the task `run` said was done, or the next one. */
export async function expectState(dir: string, step: number, helper: TaskProcess, label: string): Promise<StoreView> {
  const view = await expectWhole(dir, helper, label);
  const wanted = step === STATES.length - 1 ? [STATES[step]] : [STATES[step], STATES[step + 1]];
  expect(wanted, `${label}: the old state or the new`).toContainEqual(view.mounts);
  return view;
}

/** The same of the task `cycle`, which marks rounds and steps; gives the folder of the round that it was in. */
export async function expectRound(dir: string, mark: number, helper: TaskProcess, label: string): Promise<string> {
  const [round, step] = [Math.floor(mark / ROUND), mark % ROUND];
  const where = `${label}, after step ${step} of round ${round}`;
  const isEnd = step === STATES.length - 1;
  await expectState(join(dir, String(round)), step, helper, where);
  const next = await expectState(join(dir, String(round + 1)), 0, helper, where);
  if (!isEnd) expect(next.mounts, where).toEqual(STATES[0]);
  return join(dir, String(isEnd ? round + 1 : round));
}

/** The next run goes on by itself, to the last state, and leaves nothing behind. */
export async function expectHealing(dir: string, helper: TaskProcess, label: string): Promise<void> {
  const again = await helper.run('run', dir);
  expect(again.error?.text, `${label}: the next run`).toBeUndefined();
  const { mounts, files } = await expectWhole(dir, helper, label);
  expect(mounts, `${label}: after the next run`).toEqual(STATES[4]);
  const leftovers = files.filter((name) => LEFTOVER.test(name));
  expect(leftovers, `${label}: leftovers`).toEqual([]);
}
