import { execFileSync, spawnSync } from 'node:child_process';
import { truncateSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { madeFolder } from '../../test/support/made-game.js';

const LONG = process.env.LADING_LONG !== undefined;
const TSX = createRequire(import.meta.url).resolve('tsx');
const INDEX = pathToFileURL(join(import.meta.dirname, '../index.ts')).href;

/** What a process of its own took to write an archive: its peak of resident memory, in MiB, beside what an empty one takes. */
function peakOf(folder: string, program: string): number {
  const script = `
    import { createWriteStream } from 'node:fs';
    import { once } from 'node:events';
    import { writeCanonicalArchive } from ${JSON.stringify(INDEX)};
    const before = process.resourceUsage().maxRSS;
    const output = createWriteStream(${JSON.stringify(join(folder, 'out.zip'))});
    const write = async (bytes) => { if (!output.write(Buffer.from(bytes))) await once(output, 'drain'); };
    ${program}
    await new Promise((resolve) => output.end(resolve));
    console.log(Math.round((process.resourceUsage().maxRSS - before) / 1024));`;
  const args = ['--conditions=@lading/source', '--import', TSX, '--input-type=module', '-e', script];
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8', cwd: import.meta.dirname });
  expect([status, stderr]).toEqual([0, '']);
  return Number(stdout);
}

function entriesOf(folder: string): number {
  const list = 'import sys, zipfile; print(len(zipfile.ZipFile(sys.argv[1]).infolist()))';
  return Number(execFileSync('python3', ['-c', list, join(folder, 'out.zip')], { encoding: 'utf8' }));
}

describe('memory stays bounded', () => {
  it(`over ${LONG ? '200,000' : '20,000'} members, deflated on all cores`, () => {
    const count = LONG ? 200_000 : 20_000;
    const folder = madeFolder({});
    const peak = peakOf(
      folder,
      `function* members() {
        for (let i = 0; i < ${count}; i++)
          yield { name: 'folder/' + i + '.json', bytes: Buffer.from(JSON.stringify({ i, text: 'some text '.repeat(60) })) };
      }
      await writeCanonicalArchive(members(), { write });`,
    );
    console.log(`${count} members: ${peak} MiB beside an empty process`);
    expect(peak).toBeLessThan(LONG ? 400 : 250);
    expect(entriesOf(folder)).toBe(count);
  }, 300_000);

  it(`over a member of ${LONG ? '3 GiB' : '64 MiB'}, deflated and stored`, () => {
    const folder = madeFolder({ sparse: '', 'sparse.png': '' });
    for (const name of ['sparse', 'sparse.png']) truncateSync(join(folder, name), LONG ? 3 * 2 ** 30 : 64 * 2 ** 20);
    writeFileSync(join(folder, 'after'), 'after');
    const members = ['sparse', 'sparse.png', 'after'].map((name) => ({ name, file: join(folder, name) }));
    const peak = peakOf(folder, `await writeCanonicalArchive(${JSON.stringify(members)}, { write });`);
    console.log(`big members: ${peak} MiB beside an empty process`);
    expect(peak).toBeLessThan(200);
    execFileSync('python3', ['-m', 'zipfile', '-t', join(folder, 'out.zip')]);
    expect(entriesOf(folder)).toBe(3);
  }, 600_000);
});
