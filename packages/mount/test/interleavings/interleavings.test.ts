import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { bundleEdited, type SourceEdit } from '@lading/fixtures';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { App } from './app.js';
import { MUTANTS } from './mutants.js';
import { type AppClass, playRun, STEPS, Violation } from './run.js';
import { KeyChest } from './world.js';

const LONG = process.env.LADING_LONG !== undefined;
const RUNS = LONG ? 10_000 : 300;
/** So many interleavings find every mutant. */
const MUTANT_RUNS = 1_000;

let chest: KeyChest;
let folder: string;
beforeAll(async () => {
  chest = await KeyChest.of(18);
  folder = await mkdtemp(join(tmpdir(), 'lading-mutants-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The client with some of its source changed. */
async function mutantApp(name: string, edits: readonly SourceEdit[]): Promise<AppClass> {
  const file = join(folder, `${name}.mjs`);
  await writeFile(file, await bundleEdited(fileURLToPath(new URL('app.ts', import.meta.url)), edits));
  return ((await import(/* @vite-ignore */ pathToFileURL(file).href)) as { App: AppClass }).App;
}

/** The first interleaving in which a client does not do as the model says. */
async function firstViolation(app: AppClass): Promise<string | undefined> {
  for (let seed = 1; seed <= MUTANT_RUNS; seed++) {
    try {
      await playRun(seed, { chest, app, count: () => {} });
    } catch (error) {
      if (!(error instanceof Violation)) throw error;
      return `${seed}: ${error.message}`;
    }
  }
  return undefined;
}

describe('a publisher, somebody between, and two processes of an app over one store', () => {
  test(
    `do as the model says, in ${RUNS} random interleavings`,
    async () => {
      const counts = new Map<string, number>();
      const count = (what: string): void => void counts.set(what, (counts.get(what) ?? 0) + 1);
      for (let seed = 1; seed <= RUNS; seed++) {
        await playRun(seed, { chest, app: App, count }).catch((cause: unknown) => {
          throw new Error(`seed ${seed}: ${String(cause)}`, { cause });
        });
      }
      const lines = [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([what, times]) => `${what} ${times}`);
      console.info(`${RUNS} interleavings of ${STEPS} steps, 0 violations: ${lines.join(', ')}`);
    },
    LONG ? 7_200_000 : 600_000,
  );

  test.each(MUTANTS.filter(({ isRare }) => LONG || isRare !== true))(
    'find out: $says',
    async ({ says, edits }) => {
      const found = await firstViolation(await mutantApp(says.replaceAll(/\W+/g, '-'), edits));
      if (LONG) console.info(`${says} | ${found}`);
      expect(found).toBeDefined();
    },
    600_000,
  );
});
