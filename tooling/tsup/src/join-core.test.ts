import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import { joinCore } from './index.js';

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

/** A client that loads a part later; two of its files have something of one name. */
const FILES = {
  'package.json': '{ "type": "module" }',
  'client.js': 'export { start } from "./run/start.js";\nexport { name } from "./client-name.js";\n',
  'client-name.js':
    'import { isBuiltin } from "node:module";\nconst name = "client";\nexport {\n  isBuiltin,\n  name\n};\n',
  'run/start.js':
    'import { name } from "./name.js";\nasync function start() {\n  const { later } = await import("./later.js");\n  return later(name);\n}\nexport { start };\n',
  'run/name.js':
    'const name = "run";\nconst loaded = { count: 0 };\nloaded.count++;\nexport {\n  loaded,\n  name\n};\n',
  'run/later.js':
    'import {\n  loaded,\n  name\n} from "./name.js";\nimport { name as other } from "../client-name.js";\nfunction later(given) {\n  return [given, name, other, loaded.count].join(" ");\n}\nexport { later };\n',
  'tool.js':
    'import { loaded } from "./run/name.js";\nimport { name } from "./client-name.js";\nexport { loaded, name };\n',
};

async function built(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'lading-core-'));
  folders.push(folder);
  for (const [path, text] of Object.entries(FILES)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  return folder;
}

it('joins what an entry imports at once, and everybody has the same things under the same names', async () => {
  const folder = await built();
  await joinCore(folder, 'client');
  const client = await import(pathToFileURL(join(folder, 'client.js')).href);
  const tool = await import(pathToFileURL(join(folder, 'tool.js')).href);
  const door = await import(pathToFileURL(join(folder, 'run/name.js')).href);
  expect(Object.keys(client)).toEqual(['name', 'start']);
  expect([client.name, tool.name, door.name]).toEqual(['client', 'client', 'run']);
  expect(await client.start()).toBe('run run client 1');
  expect(tool.loaded).toBe(door.loaded);
});

it('leaves what is imported later a file of its own, which asks the core and no door', async () => {
  const folder = await built();
  await joinCore(folder, 'client');
  expect(await readFile(join(folder, 'client-core.js'), 'utf8')).toContain('import("./run/later.js")');
  const later = await readFile(join(folder, 'run/later.js'), 'utf8');
  expect(Array.from(later.matchAll(/from "([^"]*)"/g), ([, path]) => path)).toEqual([
    '../client-core.js',
    '../client-core.js',
  ]);
});

it('gives equal files equal cores', async () => {
  const cores = [];
  for (const folder of [await built(), await built()]) {
    await joinCore(folder, 'client');
    cores.push(await readFile(join(folder, 'client-core.js'), 'utf8'));
    expect((await readdir(folder)).sort()).toContain('client-core.js.map');
  }
  expect(cores[0]).toBe(cores[1]);
});
