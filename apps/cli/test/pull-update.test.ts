import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runLading } from '../src/testing/run-lading.js';
import { testFolder, writeTree } from '../src/testing/test-folder.js';

interface Pulled {
  readonly receivedBytes: number;
  readonly reusedBytes: number;
}

it('an update of a pulled folder fetches what changed, in archives that the canonical writer wrote', async () => {
  const cwd = await testFolder('pull-update');
  const lading = async (...args: string[]): ReturnType<typeof runLading> => {
    const run = await runLading(args, { cwd });
    expect([run.exitCode, run.exitCode === 0 ? '' : run.stderr]).toEqual([0, '']);
    return run;
  };
  const names = Array.from({ length: 300 }, (_, i) => `data/${i}.bin`);
  const files = new Map<string, string | Uint8Array>(
    names.map((name, i) => [name, i % 3 === 0 ? `text of ${i} `.repeat(400) : randomBytes(4_000)]),
  );
  files.set('level.json', JSON.stringify(names.map((name) => `./${name}`)));
  const publish = async (sequence: string): Promise<void> => {
    await writeTree(join(cwd, 'game'), Object.fromEntries(files));
    const source = ['--assets', 'game', '--root', '/level.json', '--key', 'keys', '--out', `release-${sequence}`];
    await lading('split', ...source, '--sequence', sequence, '--release-version', `${sequence}.0.0`);
    await lading('publish', `release-${sequence}`, '--target', 'public', '--key', 'keys');
  };
  const pull = async (): Promise<Pulled> =>
    (await lading('pull', 'public', '--to', 'content', '--json')).json<Pulled>();

  await lading('keys', 'new', '--out', 'keys');
  await publish('1');
  expect(await pull()).toMatchObject({ reusedBytes: 0 });
  for (const i of [1, 100, 250]) files.set(`data/${i}.bin`, randomBytes(4_000));
  await publish('2');
  const { receivedBytes, reusedBytes } = await pull();
  const directoryBytes = 301 * (46 + 16 + 71) + 22;
  expect(receivedBytes).toBeLessThanOrEqual(1.05 * 3 * 4_050 + directoryBytes);
  expect(reusedBytes).toBeGreaterThan(190 * 4_000);
  const run = await lading('read', 'content', '/data/100.bin');
  expect(Buffer.from(run.stdout).equals(Buffer.from(files.get('data/100.bin') as Uint8Array))).toBe(true);
}, 60_000);
