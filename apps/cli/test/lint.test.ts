import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { runLading } from '../src/testing/run-lading.js';
import { CORPUS, hasCorpus, SMALL_GAME, testFolder, writeTree } from '../src/testing/test-folder.js';

const SOURCE = ['--assets', 'assets', '--entry', '/index.json', '--root', '/levels/*.json'];

interface LintDocument {
  readonly resources: number;
  readonly findings: readonly { readonly rule: string; readonly severity: string; readonly paths: readonly string[] }[];
}

describe('lading lint', () => {
  let cwd: string;

  beforeAll(async () => {
    cwd = await testFolder('lint');
    await writeTree(join(cwd, 'assets'), {
      ...SMALL_GAME,
      'pictures/copy.txt': SMALL_GAME['pictures/all.txt'] ?? '',
      'levels/1.json': '{"a":"../pictures/a.txt","all":"../pictures/all.txt","copy":"../pictures/copy.txt"}',
      'lost.txt': 'needed by nothing',
    });
  });

  const lint = (...args: string[]): ReturnType<typeof runLading> => runLading(['lint', ...SOURCE, ...args], { cwd });

  it('finds a copy by its bytes and a file that nothing needs, and passes as these are only warnings', async () => {
    const run = await lint('--json', '--duplicate-bytes', '600');
    expect([run.exitCode, run.stderr]).toEqual([0, '']);
    const found = run.json<LintDocument>().findings.map(({ rule, paths }) => [rule, paths.join(' ')]);
    expect(found).toContainEqual(['duplicate', '/pictures/all.txt /pictures/copy.txt']);
    expect(found).toContainEqual(['unreachable', '/lost.txt']);
  });

  it('sets right in the configuration what the rules decide, once, and leaves the rest as it is', async () => {
    const dir = await testFolder('lint-fix');
    await writeTree(dir, {
      'game/levels/1.json': '{"set":"../sets/a.json"}',
      'game/sets/a.json': '{"page":"../pages/a.txt"}',
      'game/pages/a.txt': 'page',
      'game/lost [1].txt': 'needed by nothing',
      'lading.config.json': JSON.stringify({
        project: 'fixed',
        roots: ['/levels/*.json'],
        keepTogether: [['/sets/*', '/pages/*']],
        archives: [{ name: 'sets', include: ['/sets/**'] }],
      }),
    });
    const args = ['lint', '--assets', 'game', '--fail-on', 'warning'];
    const dry = await runLading([...args, '--fix', '--dry-run'], { cwd: dir });
    expect([dry.exitCode, dry.text]).toEqual([1, expect.stringContaining('would change lading.config.json')]);
    const run = await runLading([...args, '--fix', '--json'], { cwd: dir });
    expect(run.exitCode).toBe(0);
    expect(run.json<{ fix: object; findings: object[] }>()).toMatchObject({
      findings: [],
      fix: {
        isWritten: true,
        fixes: [
          { rule: 'unreachable', place: '/exclude', added: [String.raw`/lost \[1\].txt`] },
          { rule: 'kept-apart', place: '/archives/0/include', added: ['/pages/a.txt'] },
        ],
      },
    });
    const config = await readFile(join(dir, 'lading.config.json'), 'utf8');
    expect(JSON.parse(config)).toMatchObject({
      project: 'fixed',
      archives: [{ include: ['/sets/**', '/pages/a.txt'] }],
    });
    expect((await runLading([...args, '--fix'], { cwd: dir })).text).toContain('nothing to fix');
    expect(await readFile(join(dir, 'lading.config.json'), 'utf8')).toBe(config);
    expect((await runLading([...args, '--fix', '--exclude', '/x'], { cwd: dir })).exitCode).toBe(2);
  });

  it('says what to put into a configuration that is a program, and does not touch it', async () => {
    const dir = await testFolder('lint-fix-program');
    const program = "export default { roots: ['/levels/*.json'] };\n";
    await writeTree(dir, { 'game/levels/1.json': '{}', 'game/lost.txt': 'x', 'lading.config.mjs': program });
    const run = await runLading(['lint', '--assets', 'game', '--fix'], { cwd: dir });
    expect(run.text).toContain('lading.config.mjs is a program: put this into it:');
    expect(run.text).toContain('"/lost.txt"');
    expect(await readFile(join(dir, 'lading.config.mjs'), 'utf8')).toBe(program);
  });

  it('fails from the severity on that --fail-on names', async () => {
    expect((await lint('--fail-on', 'warning')).exitCode).toBe(1);
    expect((await lint('--fail-on', 'never')).exitCode).toBe(0);
    const quiet = ['--ignore', 'unreachable', '--ignore', 'similar-roots', '--ignore', 'duplicate'];
    expect(await lint('--fail-on', 'notice', ...quiet)).toMatchObject({ exitCode: 0 });
    expect((await lint('--exclude', '/lost.txt', ...quiet.slice(2), '--fail-on', 'notice')).exitCode).toBe(0);
  });

  it('finds what the rules keep together and a named archive parts', async () => {
    const kept = ['--keep-together', '/levels/1.json,/pictures/a.txt'];
    expect((await lint('--json', ...kept)).text).not.toContain('kept-apart');
    const run = await lint('--json', ...kept, '--archive', 'pictures=/pictures/a.txt');
    const found = run.json<LintDocument>().findings.filter(({ rule }) => rule === 'kept-apart');
    expect(found.map(({ severity, paths }) => [severity, paths])).toEqual([
      ['warning', ['/levels/1.json', '/pictures/a.txt']],
    ]);
  });

  it('says what it found, and that there is a hint, to people', async () => {
    const run = await lint();
    expect(run.text).toContain('warning unreachable (17 B): 1 resources are needed by nothing');
    expect(run.text).toContain('  /lost.txt');
    expect(run.text).toMatch(/0 errors, \d+ warnings, 0 notices in 11 resources, 3 roots/);
  });

  it('refuses rules, shares and severities that are none', async () => {
    for (const args of [
      ['--ignore', 'nope'],
      ['--base-share', '90'],
      ['--fail-on', 'panic'],
      ['--heavy-bytes', 'big'],
    ]) {
      expect([args, (await lint(...args)).exitCode]).toEqual([args, 2]);
    }
  });

  it('has examples in its help', async () => {
    expect((await runLading(['lint', '--help'], { cwd })).text).toContain('$ lading lint --assets public');
  });

  it.skipIf(!hasCorpus('defold'))('reads real Defold builds, and says the same every time', async () => {
    for (const build of ['illumination-1.6.2', 'live-update-poc-1.8.0']) {
      const dir = join(CORPUS, 'defold', build);
      const args = ['lint', '--graph', join(dir, 'game.graph.json'), '--content', join(dir, 'game.arci'), '--json'];
      const [first, second] = [await runLading(args, { cwd }), await runLading(args, { cwd })];
      expect([build, first.exitCode, first.stderr]).toEqual([build, 0, '']);
      expect(second.text).toBe(first.text);
      const { resources, findings } = first.json<LintDocument>();
      console.info(`lint of ${build}: ${findings.length} findings in ${resources} resources`);
      expect(resources).toBeGreaterThan(0);
    }
  });
});

describe('a plain folder of a web game', () => {
  it('is cut along what its pages, sheets and maps load', async () => {
    const cwd = await testFolder('web-game');
    await writeTree(join(cwd, 'assets'), {
      'index.html': '<link rel="stylesheet" href="a.css">',
      'a.css': 'body { background: url(sky.png) }',
      'sky.png': 'sky',
      'levels/1.tmx': '<map><tileset firstgid="1" source="../tiles.tsx"/></map>',
      'tiles.tsx': '<tileset><image source="tiles.png"/></tileset>',
      'tiles.png': 'tiles',
    });
    const args = ['--assets', 'assets', '--entry', '/index.html', '--root', '/levels/*.tmx', '--json'];
    const plan = await runLading(['plan', ...args], { cwd });
    const { archives } = plan.json<{ archives: { resources: { path: string }[] }[] }>();
    const paths = archives.flatMap(({ resources }) => resources.map(({ path }) => path)).sort();
    expect(paths).toEqual(['/levels/1.tmx', '/tiles.png', '/tiles.tsx']);
    await writeTree(join(cwd, 'assets'), { 'a.css': 'a {}\nbody { background: url(gone.png) }' });
    const broken = await runLading(['lint', ...args], { cwd });
    expect([broken.exitCode, broken.stderr]).toEqual([3, expect.stringContaining('/a.css:2:20: names "gone.png"')]);
  });
});
