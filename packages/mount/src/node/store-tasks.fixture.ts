import { readFileSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Mark, Task } from '@lading/fixtures';
import { createRuntime, type Runtime } from '../runtime.js';
import { folderOrigin } from './folder-origin.js';
import { nodeStore } from './node-store.js';
import { CHECKPOINT_BYTES } from './partial-archive.js';

/** What is mounted after each step of the task `run`, as `name: content of its file`. */
export const STATES: readonly Readonly<Record<string, string>>[] = [
  {},
  { a: 'a 1', shared: 's 1' },
  { a: 'a 1', extra: 'b 1', shared: 's 1' },
  { a: 'a 1', shared: 's 1' },
  { a: 'a 2', b: 'b 2', shared: 's 2' },
];

/** What a store holds, seen by a runtime without the network and by a walk over its files. */
export interface StoreView {
  /** Each mount with the content that it serves. */
  readonly mounts: Readonly<Record<string, string>>;
  /** Mounts that could not be restored, with the reason. */
  readonly dropped: readonly string[];
  /** Archives whose bytes are not those of their name. */
  readonly broken: readonly string[];
  /** Names of all files, sorted. */
  readonly files: readonly string[];
}

/** Steps of `cycle`: round times this, and the step in the round. */
export const ROUND = 10;

/** Of so many mounts `mountMany` leaves one. */
const KEEP_EACH = 10;

/** Names of files that only a process at work may leave. */
export const LEFTOVER: RegExp = /\.tmp$|\.part$|\.journal$|lock$/;

/** What the tasks on a store may be told. */
export interface StoreTaskOptions {
  /** Where the download of archive `a` is broken off. Default: behind its first checkpoint. */
  readonly breakOffAt?: number | undefined;
  /** Mounts that `mountMany` makes. Default 200. */
  readonly mounts?: number | undefined;
}

/**
 * The tasks of a child process on a store, over the content in `work`:
 *
 * - `run` downloads a root in two goes, mounts an archive, takes it away, and moves to a second release, part of which is composed
 *   of the first; wherever an earlier run stopped, it goes on. It marks each state of {@link STATES}.
 * - `cycle` does that for ever, each round in a folder of its own.
 * - `mountMany` mounts and unmounts beside others that do the same, and gives the names that it left.
 * - `judge` looks at what is there.
 */
export function storeTasks(
  work: string,
  { breakOffAt = CHECKPOINT_BYTES, mounts = 200 }: StoreTaskOptions = {},
): Readonly<Record<'run' | 'cycle' | 'mountMany' | 'judge', Task>> {
  const keys = readFileSync(join(work, 'root.json'));
  const start = (dir: string, sequence: 1 | 2): Promise<Runtime> => {
    const origin = folderOrigin(join(work, `content-${sequence}`));
    return createRuntime({ store: nodeStore(dir), origin, keys, concurrency: 1, retryDelayMs: 1 });
  };
  const run = async (dir: string, mark: Mark): Promise<{ reusedBytes: number }> => {
    await withRuntime(await start(dir, 1), async (runtime) => {
      await ensurePart(runtime, '/a.txt', breakOffAt);
      await runtime.ensure('/a.txt');
      await mark(1);
      const isThere = runtime.mounts().some(({ name }) => name === 'extra');
      if (!isThere) await runtime.addMount({ name: 'extra', archive: 'b' });
      await mark(2);
      await runtime.removeMount('extra');
      await mark(3);
    });
    return withRuntime(await start(dir, 2), async (runtime) => {
      // A fault in the refresh at start is an event: the runtime goes on with what it has.
      if (runtime.status().latest?.sequence !== 2) await runtime.refresh();
      const { reusedBytes } = await runtime.ensure('/b.txt');
      await mark(4);
      return { reusedBytes };
    });
  };
  const cycle = async (dir: string, mark: Mark): Promise<never> => {
    await mark(0);
    for (let round = 0; ; round++) {
      await run(join(dir, String(round)), async (step) => {
        await mark(round * ROUND + step);
        if (step === 1) await rm(join(dir, String(round - 1)), { recursive: true, force: true });
      });
    }
  };
  const mountMany = async (dir: string): Promise<readonly string[]> =>
    withRuntime(await start(dir, 1), async (runtime) => {
      const kept: string[] = [];
      for (let i = 0; i < mounts; i++) {
        const name = `${process.pid}-${i}`;
        await runtime.addMount({ name, archive: 'b' });
        if (i % KEEP_EACH === 0) kept.push(name);
        else await runtime.removeMount(name);
      }
      return kept;
    });
  return { run, cycle, mountMany, judge: (dir) => viewOf(dir, work, keys) };
}

async function withRuntime<T>(runtime: Runtime, work: (runtime: Runtime) => Promise<T>): Promise<T> {
  try {
    return await work(runtime);
  } finally {
    await runtime.close();
  }
}

/** Breaks a download off when so many bytes of it are there. */
async function ensurePart(runtime: Runtime, root: string, bytes: number): Promise<void> {
  const stop = new AbortController();
  const onProgress = ({ receivedBytes }: { receivedBytes: number }): void => {
    if (receivedBytes >= bytes) stop.abort();
  };
  await runtime.ensure(root, { signal: stop.signal, onProgress }).catch((error: unknown) => {
    if (!stop.signal.aborted) throw error;
  });
}

async function viewOf(dir: string, work: string, keys: Uint8Array): Promise<StoreView> {
  const dropped: string[] = [];
  const store = nodeStore(dir);
  const runtime = await createRuntime({
    store,
    origin: folderOrigin(join(work, 'nowhere')),
    keys,
    start: 'stored',
    onEvent: (event) => {
      if (event.type === 'mountDropped') dropped.push(`${event.name}: ${String(event.error)}`);
    },
  });
  const mounts: Record<string, string> = {};
  for (const { name } of runtime.mounts()) {
    const path = STATES[4]?.[name] === undefined ? '/b.txt' : `/${name}.txt`;
    mounts[name] = new TextDecoder().decode(await runtime.read(path));
  }
  await runtime.close();
  const broken = (await store.verify()).map(({ digest }) => digest);
  return { mounts, dropped, broken, files: await filesOf(dir) };
}

async function filesOf(dir: string): Promise<readonly string[]> {
  try {
    return (await readdir(dir, { recursive: true })).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
