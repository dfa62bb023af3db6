import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { runLading } from '../src/testing/run-lading.js';
import { SMALL_GAME, testFolder, writeTree } from '../src/testing/test-folder.js';

const SOURCE = ['--assets', 'game', '--entry', '/index.json', '--root', '/levels/*.json'];

describe('references that lead nowhere', () => {
  let cwd: string;

  const lading = (...args: string[]): ReturnType<typeof runLading> => runLading(args, { cwd });

  beforeAll(async () => {
    cwd = await testFolder('unresolved');
    await writeTree(join(cwd, 'game'), {
      ...SMALL_GAME,
      'index.html': '<!doctype html>\n<img src="gone.png">',
      'broken.json': '{',
    });
  });

  it('stop a build, all of them with their places', async () => {
    const run = await lading('plan', ...SOURCE, '--json');
    expect(run.exitCode).toBe(3);
    expect(run.stderr).toContain('/index.html:2:');
    expect(run.stderr).toContain('/broken.json');
    expect(run.stderr).toContain('allow unresolved references');
  });

  it('are warnings where they are allowed, by flag or config, and change nothing else', async () => {
    const run = await lading('plan', ...SOURCE, '--allow-unresolved', '--json');
    const { warnings } = run.json() as { warnings: string[] };
    expect(warnings.slice(0, 2)).toEqual([
      expect.stringMatching(/^\/broken\.json is not JSON/),
      expect.stringMatching(/^\/index\.html:2:\d+ names "gone.png", which is no file of the folder$/),
    ]);
    const source = { kind: 'files', dir: 'game', entries: ['/index.json'], allowUnresolved: true };
    await writeTree(cwd, { 'lading.config.json': JSON.stringify({ source, roots: ['/levels/*.json'] }) });
    expect((await lading('plan', '--config', 'lading.config.json', '--json')).json()).toEqual(run.json());
    expect((await lading('lint', ...SOURCE, '--allow-unresolved', '--fail-on', 'never')).stderr).toContain('gone.png');
  });
});
