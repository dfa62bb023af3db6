import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { folderTarget } from './folder-target.js';

const COUNTER = join(import.meta.dirname, 'folder-target.fixture.ts');
const TIMES = process.env.LADING_LONG === undefined ? 15 : 200;
let scratch: string;

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'lading-processes-'));
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

/** Starts a process that counts up `count` in a folder. */
function startCounter(dir: string, times: number): ChildProcess {
  const args = ['--import', 'tsx', '--conditions=@lading/source', COUNTER, dir, String(times)];
  return spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
}

function ended(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => child.once('close', resolve));
}

async function countIn(dir: string): Promise<number> {
  const got = await folderTarget(dir).get('count', { maxBytes: 100 });
  return Number(new TextDecoder().decode(got?.bytes));
}

describe('putIf of a folder, from several processes', () => {
  it('loses no write', async () => {
    const dir = join(scratch, 'race');
    const children = Array.from({ length: 4 }, () => startCounter(dir, TIMES));
    for (const child of children) child.stdout?.resume();
    expect(await Promise.all(children.map(ended))).toEqual([0, 0, 0, 0]);
    expect(await countIn(dir)).toBe(4 * TIMES);
    expect(await readdir(dir)).toEqual(['count']);
  });

  it('goes on when one of them is killed in the middle of its work', async () => {
    const dir = join(scratch, 'killed');
    const victim = startCounter(dir, 1_000_000);
    let counted = 0;
    const reached = new Promise<void>((resolve) => {
      victim.stdout?.on('data', (data: Buffer) => {
        counted += data.toString().trim().split('\n').length;
        if (counted >= 5) resolve();
      });
    });
    await reached;
    const gone = ended(victim);
    victim.kill('SIGKILL');
    await gone;
    const before = await countIn(dir);
    expect([counted, counted + 1]).toContain(before);
    const heir = startCounter(dir, 3);
    heir.stdout?.resume();
    expect(await ended(heir)).toBe(0);
    expect(await countIn(dir)).toBe(before + 3);
  });
});
