import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  buildLayout,
  bundleScript,
  countOperations,
  type FaultKind,
  type FaultRun,
  layoutKeys,
  runWithFault,
} from '@lading/fixtures';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRuntime } from '../runtime.js';
import { folderOrigin } from './folder-origin.js';
import { nodeStore } from './node-store.js';

const KINDS: readonly FaultKind[] = [
  'kill',
  'kill-after',
  'torn',
  'short',
  'ENOSPC',
  'EIO',
  'EACCES',
  'EMFILE',
  'EROFS',
];
const LINKLESS: FaultKind = 'EPERM';
/** Faults that a short run tries, spread evenly over operations and kinds; LADING_LONG tries them all. */
const SHORT_RUNS = Number(process.env.LADING_FAULTS ?? 9);

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const member = (name: string, value: string) => ({ name, bytes: text(value) });

/** What is mounted after each step of the script, as `name: content of its file`. */
const STATES: readonly Readonly<Record<string, string>>[] = [
  {},
  { a: 'a 1', shared: 's 1' },
  { a: 'a 1', extra: 'b 1', shared: 's 1' },
  { a: 'a 1', shared: 's 1' },
  { a: 'a 2', b: 'b 2', shared: 's 2' },
];

let work: string;
let script: string;
let root: Uint8Array;

beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'lading-faults-'));
  const keys = await layoutKeys();
  const roots = { '/a.txt': ['a', 'shared'], '/b.txt': ['b', 'shared'] };
  for (const sequence of [1, 2]) {
    const archives = {
      a: { members: [member('a.txt', `a ${sequence}`)] },
      b: { members: [member('b.txt', `b ${sequence}`)] },
      shared: { members: [member('shared.txt', `s ${sequence}`)] },
    };
    const layout = await buildLayout({ keys, archives, roots, sequence });
    root = layout.root;
    for (const [key, bytes] of layout.files) {
      // A bucket holds the archives of both releases; only the channel differs.
      const places = key.startsWith('archives/') ? [1, 2] : [sequence];
      for (const place of places) await put(join(work, `content-${place}`, key), bytes);
    }
  }
  await put(join(work, 'root.json'), root);
  script = await bundleScript(
    `import { readFileSync } from 'node:fs';
     import { createRuntime } from '../runtime.ts';
     import { folderOrigin } from './folder-origin.ts';
     import { nodeStore } from './node-store.ts';
     const work = ${JSON.stringify(work)};
     const keys = readFileSync(work + '/root.json');
     const start = (sequence) =>
       createRuntime({ store: nodeStore(process.argv[2]), origin: folderOrigin(work + '/content-' + sequence), keys });
     const done = (step) => process.stdout.write(step + '\\n');
     try {
       const first = await start(1);
       await first.ensure('/a.txt');
       done(1);
       const isThere = first.mounts().some(({ name }) => name === 'extra'); // after a fault that came later
       if (!isThere) await first.addMount({ name: 'extra', archive: 'b' });
       done(2);
       await first.removeMount('extra');
       done(3);
       await first.close();
       const second = await start(2);
       // A fault in the refresh at start is an event: the runtime goes on with what it has.
       if (second.status().latest.sequence !== 2) await second.refresh();
       await second.ensure('/b.txt');
       done(4);
       await second.close();
     } catch (error) {
       process.stderr.write('CODE ' + error.code + ' ' + error.stack);
       process.exitCode = 7;
     }`,
    dirname(fileURLToPath(import.meta.url)),
  );
});

afterAll(() => rm(work, { recursive: true, force: true }));

async function put(path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, bytes);
}

/** What the store has, read by a runtime of its own without the network: each mount with the content that it serves. */
async function stateOf(folder: string): Promise<{ mounts: Record<string, string>; dropped: unknown[] }> {
  const dropped: unknown[] = [];
  const onEvent = (event: { type: string; error?: unknown }): void => {
    if (event.type === 'mountDropped') dropped.push(event.error);
  };
  const origin = folderOrigin(join(work, 'nowhere'));
  const runtime = await createRuntime({ store: nodeStore(folder), origin, keys: root, start: 'stored', onEvent });
  const mounts: Record<string, string> = {};
  for (const { name } of runtime.mounts()) {
    const path = name === 'extra' ? '/b.txt' : `/${name}.txt`;
    mounts[name] = new TextDecoder().decode(await runtime.read(path));
  }
  await runtime.close();
  return { mounts: Object.fromEntries(Object.entries(mounts).sort()), dropped };
}

async function tryFault(operations: readonly string[], at: number, kind: FaultKind): Promise<void> {
  const folder = await mkdtemp(join(work, 'store-'));
  const label = `${kind} at operation ${at}, ${operations[at - 1]?.replace(/\/\S*\/store-\w+/, '')}`;
  const run = await runWithFault(script, { dir: folder, at, kind });
  const step = Number(run.stdout.trim().split('\n').at(-1));
  const state = await stateOf(folder);
  expect([STATES[step], STATES[step + 1]], `${label}: the old state or the new`).toContainEqual(state.mounts);
  expect(state.dropped, `${label}: mounts that could not be restored`).toEqual([]);
  expect(await nodeStore(folder).verify(), `${label}: every archive has its digest`).toEqual([]);
  expectTyped(run, kind, label);
  // The next run heals by itself and leaves nothing behind.
  const again = await runWithFault(script, { dir: folder, at: 0, kind });
  expect(again.stderr, `${label}: the next run`).toBe('');
  expect((await stateOf(folder)).mounts, `${label}: after the next run`).toEqual(STATES[4]);
  const names = await readdir(folder, { recursive: true });
  expect(
    names.filter((name) => /tmp|part$|lock|journal/.test(name)),
    `${label}: leftovers`,
  ).toEqual([]);
  await rm(folder, { recursive: true });
}

function expectTyped(run: FaultRun, kind: FaultKind, label: string): void {
  if (run.code === null) expect(kind, label).toMatch(/^(kill|kill-after|torn)$/);
  else if (run.code !== 0) expect(run.stderr, label).toMatch(/^CODE ERR_/);
}

describe('a store whose file system fails at one operation', () => {
  test('has the old state or the new, always whole, and heals with the next run', async () => {
    const folder = await mkdtemp(join(work, 'store-'));
    const operations = await countOperations(script, folder);
    expect((await stateOf(folder)).mounts).toEqual(STATES[4]);
    const all = KINDS.flatMap((kind) => operations.map((_, i) => ({ kind, at: i + 1 })));
    const links = operations.flatMap((line, i) => (/^\d+ link /.test(line) ? [{ kind: LINKLESS, at: i + 1 }] : []));
    const isLong = process.env.LADING_LONG !== undefined;
    const stride = isLong ? 1 : Math.ceil(all.length / SHORT_RUNS);
    const faults = [...all.filter((_, i) => i % stride === 0), ...(isLong ? links : links.slice(0, 1))];
    const workers = Array.from({ length: 2 }, async () => {
      for (let next = faults.shift(); next !== undefined; next = faults.shift()) {
        await tryFault(operations, next.at, next.kind);
      }
    });
    const count = faults.length + workers.length;
    const failures = (await Promise.allSettled(workers)).filter((result) => result.status === 'rejected');
    for (const { reason } of failures) throw reason;
    console.info(`store faults: ${count} of ${all.length} tried (${operations.length} operations), all whole`);
  }, 3_600_000);
});
