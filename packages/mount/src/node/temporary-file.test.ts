import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { sweepTemporaryFiles, temporaryName } from './temporary-file.js';

const DEAD_PID = 2 ** 22 + 1;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lading-temporary-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** A name as a process of this host or of another one makes it. */
function nameOf(pid: number, host: string): string {
  const own = temporaryName();
  const [, , ownHost = '', random = ''] = own.split('-');
  return `${pid}-1-${host === hostname() ? ownHost : '00000000'}-${random}`;
}

async function put(name: string, ageHours: number): Promise<string> {
  const time = new Date(Date.now() - ageHours * 3_600_000);
  await writeFile(join(folder, name), 'x');
  await utimes(join(folder, name), time, time);
  return name;
}

test('a file of a living process stays however old it is, one of a dead process goes at once', async () => {
  const living = await put(`records.${temporaryName()}`, 1_000);
  await put(`records.${nameOf(DEAD_PID, hostname())}`, 0);
  await put(nameOf(DEAD_PID, hostname()), 0);
  await sweepTemporaryFiles(folder);
  expect(await readdir(folder)).toEqual([living]);
});

test('a process of another host may live though its number means nothing here: its file goes after a day', async () => {
  const young = await put(nameOf(DEAD_PID, 'elsewhere'), 23);
  await put(nameOf(DEAD_PID, 'elsewhere'), 25);
  await sweepTemporaryFiles(folder);
  expect(await readdir(folder)).toEqual([young]);
});

test('files of other names are nobody’s temporary files', async () => {
  const names = ['records.1.json', 'lock', 'notes.tmp', `${DEAD_PID}-1-0123456789ab.tmp`, 'a.part'];
  for (const name of names) await put(name, 100);
  await sweepTemporaryFiles(folder);
  expect((await readdir(folder)).sort()).toEqual([...names].sort());
});

test('a folder that is not there has nothing to sweep', async () => {
  await sweepTemporaryFiles(join(folder, 'nowhere'));
  expect(await readdir(folder)).toEqual([]);
});
