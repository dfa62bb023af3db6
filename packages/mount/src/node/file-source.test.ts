import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { fileSource } from './file-source.js';

const folder = mkdtempSync(join(tmpdir(), 'lading-file-source-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  utimesSync(path, 1, 1);
  return path;
}

describe('fileSource', () => {
  it.each([0, 65_536])('reads ranges, with up to %i bytes at once on this thread', async (syncUpToBytes) => {
    const source = await fileSource(file('a', 'hello world'), { syncUpToBytes });
    expect(Buffer.from(await source.read(6, 5)).toString()).toBe('world');
    await source.close?.();
    await expect(source.read(0, 1)).rejects.toMatchObject({ code: 'ERR_SOURCE_FAILED' });
  });

  it('tells a missing file from one that is no file', async () => {
    mkdirSync(join(folder, 'dir'));
    await expect(fileSource(join(folder, 'none'))).rejects.toMatchObject({ code: 'ERR_SOURCE_MISSING' });
    await expect(fileSource(join(folder, 'a', 'b'))).rejects.toMatchObject({ code: 'ERR_SOURCE_MISSING' });
    await expect(fileSource(join(folder, 'dir'))).rejects.toMatchObject({ code: 'ERR_SOURCE_FAILED' });
  });

  it('notices a file that is cut, grows or is written to', async () => {
    for (const syncUpToBytes of [0, 65_536]) {
      const path = file('changing', 'hello world');
      const open = (): ReturnType<typeof fileSource> => fileSource(path, { syncUpToBytes });
      const [cut, grown, written] = [await open(), await open(), await open()];
      truncateSync(path, 5);
      await expect(cut.read(0, 8)).rejects.toMatchObject({ code: 'ERR_SOURCE_TRUNCATED' });
      await expect(cut.read(0, 5)).rejects.toMatchObject({ code: 'ERR_SOURCE_TRUNCATED' });
      writeFileSync(path, 'hello world');
      appendFileSync(path, '!');
      await expect(grown.read(0, 8)).rejects.toMatchObject({ code: 'ERR_SOURCE_CHANGED' });
      writeFileSync(path, 'hallo world');
      utimesSync(path, 2, 2);
      await expect(written.read(0, 8)).rejects.toMatchObject({ code: 'ERR_SOURCE_CHANGED' });
      await Promise.all([cut, grown, written].map((source) => source.close?.()));
    }
  });

  it('reads on in the old state where a file is replaced', async () => {
    const path = file('replaced', 'old content');
    const source = await fileSource(path);
    renameSync(file('new', 'new content'), path);
    expect(Buffer.from(await source.read(0, 3)).toString()).toBe('old');
    await source.close?.();
  });
});
