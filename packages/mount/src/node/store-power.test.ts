import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleScript, type CutFileSystem, cutPower, TaskProcess, whyNoCutDisk } from '@lading/fixtures';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { NaiveView } from './naive-store.fixture.js';
import { bundleStoreTasks, writeStoreContent } from './store-content.fixture.js';
import { expectRound } from './store-judge.fixture.js';

const IS_LONG = process.env.LADING_LONG !== undefined;
const SEED = Number(process.env.LADING_SEED ?? Date.now() % 1_000_000);
const CUTS: Readonly<Record<CutFileSystem, number>> = IS_LONG
  ? { ext4: 300, xfs: 100, btrfs: 100 }
  : { ext4: 6, xfs: 0, btrfs: 0 };
const CONTROL_CUTS = IS_LONG ? 60 : 4;
const CONTROL_BROKEN = IS_LONG ? 5 : 1;

let work: string;
let script: string;
let helper: TaskProcess;

beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'lading-power-'));
  await writeStoreContent(work);
  script = await bundleStoreTasks(work);
  helper = new TaskProcess(script);
});
afterAll(async () => {
  await helper.end();
  await rm(work, { recursive: true, force: true });
});

describe('a store under which the power is cut', () => {
  test.for(['ext4', 'xfs', 'btrfs'] as const)(
    'has on %s all that was said to be done',
    { timeout: 3_600_000 },
    async (fileSystem, { skip }) => {
      const cuts = CUTS[fileSystem];
      if (cuts === 0) skip('runs with LADING_LONG');
      const why = await whyNoCutDisk({ fileSystem });
      if (why !== undefined) skip(why);
      const judge = async (folder: string, mark: number): Promise<void> => {
        await expectRound(folder, mark, helper, `seed ${SEED}`);
      };
      await cutPower({ script, fileSystem, cuts, seed: SEED, judge });
      console.info(`power cuts on ${fileSystem}: ${cuts} of ${cuts} whole (seed ${SEED})`);
    },
  );

  test.for(['plain', 'renamed'] as const)(
    'would be broken if it were written the naive way: %s',
    { timeout: 3_600_000 },
    async (way, { skip }) => {
      const why = await whyNoCutDisk();
      if (why !== undefined) skip(why);
      const naive = await bundleScript(
        `import { serveTasks } from '@lading/fixtures/tasks';
       import { naiveTasks } from './naive-store.fixture.ts';
       serveTasks(naiveTasks('${way}'));`,
        import.meta.dirname,
      );
      const viewer = new TaskProcess(naive);
      const broken: string[] = [];
      try {
        await cutPower({
          script: naive,
          cuts: CONTROL_CUTS,
          seed: SEED,
          async judge(folder, mark) {
            const { version, problems } = (await viewer.run('judge', folder)).result as NaiveView;
            if (version < mark) broken.push(`version ${version} after ${mark}`);
            else if (problems.length > 0) broken.push(problems.join());
          },
        });
      } finally {
        await viewer.end();
      }
      console.info(`power cuts, ${way} writer: ${broken.length} of ${CONTROL_CUTS} broken (seed ${SEED})`);
      expect(broken.length).toBeGreaterThanOrEqual(CONTROL_BROKEN);
    },
  );
});
