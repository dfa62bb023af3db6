import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { bundleEdited, type SourceEdit } from '@lading/fixtures';
import { type MountStore, memoryStore } from '@lading/mount';
import { nodeStore } from '@lading/mount/node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { App } from './app.js';
import { MUTANTS } from './mutants.js';
import { type AppClass, playRun, STEPS, Violation } from './run.js';
import { KeyChest } from './world.js';

const LONG = process.env.LADING_LONG !== undefined;
const RUNS = LONG ? 10_000 : 300;
const FOLDER_RUNS = LONG ? 300 : 5;
/** So many interleavings find every mutant. */
const MUTANT_RUNS = 1_000;

let chest: KeyChest;
let folder: string;
beforeAll(async () => {
  chest = await KeyChest.of(18);
  folder = await mkdtemp(join(tmpdir(), 'lading-mutants-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

type Stores = readonly [MountStore, MountStore];

function inMemory(): Stores {
  const store = memoryStore();
  return [store, store];
}

/** Each process has its own view of one folder. */
function inFolder(seed: number): Stores {
  const place = join(folder, `store-${seed}`);
  return [nodeStore(place), nodeStore(place)];
}

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
      await playRun(seed, { chest, app, stores: inMemory(), count: () => {} });
    } catch (error) {
      if (!(error instanceof Violation)) throw error;
      return `${seed}: ${error.message}`;
    }
  }
  return undefined;
}

describe('a publisher, somebody between, and two processes of an app over one store', () => {
  async function playAll(runs: number, open: (seed: number) => Stores): Promise<void> {
    const counts = new Map<string, number>();
    const count = (what: string): void => void counts.set(what, (counts.get(what) ?? 0) + 1);
    for (let seed = 1; seed <= runs; seed++) {
      const stores = open(seed);
      await playRun(seed, { chest, app: App, stores, count, findsDownloads: stores[0] !== stores[1] }).catch(
        (cause: unknown) => {
          throw new Error(`seed ${seed}: ${String(cause)}`, { cause });
        },
      );
      for (const store of new Set(stores)) await store.close();
    }
    const lines = [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([what, times]) => `${what} ${times}`);
    console.info(`${runs} interleavings of ${STEPS} steps, 0 violations: ${lines.join(', ')}`);
  }

  test(
    `do as the model says, in ${RUNS} random interleavings`,
    () => playAll(RUNS, inMemory),
    LONG ? 7_200_000 : 600_000,
  );

  test(
    `do so over a folder as well, in ${FOLDER_RUNS} random interleavings`,
    () => playAll(FOLDER_RUNS, inFolder),
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
