import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';

/** Real Defold data and hostile input, where it is on this machine. */
export const CORPUS: string =
  process.env.LADING_CORPUS ?? resolve(fileURLToPath(new URL('../../../../../shared/corpus', import.meta.url)));

/** Tells whether a part of the corpus is there; tests that need it say "skipped" otherwise. */
export function hasCorpus(part: string): boolean {
  return existsSync(join(CORPUS, part));
}

/** Makes an empty folder that is removed after the tests of this file. */
export async function testFolder(name: string): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), `lading-${name}-`));
  afterAll(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

/** Writes files given as an object: path -> content. */
export async function writeTree(dir: string, tree: Readonly<Record<string, string | Uint8Array>>): Promise<void> {
  for (const [path, content] of Object.entries(tree)) {
    const file = join(dir, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }
}

/** A small game: three levels, pictures that one, two or all of them use, a page that ships with the app. */
export const SMALL_GAME: Readonly<Record<string, string | Uint8Array>> = {
  'index.json': '{"title":"./pictures/title.txt","first":"./levels/1.json"}',
  'pictures/title.txt': 'a title picture',
  'levels/1.json': '{"a":"../pictures/a.txt","all":"../pictures/all.txt"}',
  'levels/2.json': '{"b":"../pictures/b.txt","shared":"../pictures/two-three.txt","all":"../pictures/all.txt"}',
  'levels/3.json': '{"shared":"../pictures/two-three.txt","all":"../pictures/all.txt"}',
  'pictures/a.txt': 'picture a '.repeat(50),
  'pictures/b.txt': 'picture b '.repeat(60),
  'pictures/two-three.txt': 'picture of two and three '.repeat(40),
  'pictures/all.txt': 'picture of all '.repeat(70),
};
