import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runLading } from '../src/testing/run-lading.js';
import { testFolder, writeTree } from '../src/testing/test-folder.js';

describe('lading init of a Defold project', () => {
  it('publishes where the Amazon mode of Live Update did, with its profile', async () => {
    const cwd = await testFolder('init-defold');
    await writeTree(cwd, {
      'game.project': '[project]\ntitle = My Game\n[liveupdate]\nsettings = /live/my.settings\n',
      'live/my.settings':
        "[liveupdate]\nmode = Amazon\namazon-credential-profile = team's\namazon-bucket = games\namazon-prefix = /my game/\n",
    });
    expect((await runLading(['init'], { cwd })).exitCode).toBe(0);
    const text = await readFile(join(cwd, 'lading.config.ts'), 'utf8');
    expect(text).toContain("import { defineConfig, defold, s3 } from 'lading';");
    expect(text).toContain("target: s3({ bucket: 'games', prefix: 'my game', profile: 'team\\'s' }),");
    const policy = await runLading(['s3', 'policy'], { cwd });
    expect([policy.exitCode, policy.text]).toEqual([0, expect.stringContaining('arn:aws:s3:::games/my game/*')]);
  });

  it('publishes to a folder where no bucket is named', async () => {
    const cwd = await testFolder('init-zip');
    await writeTree(cwd, {
      'game.project': '[project]\ntitle = Zip\n',
      'liveupdate.settings': '[liveupdate]\nmode = Zip\n',
    });
    expect((await runLading(['init'], { cwd })).exitCode).toBe(0);
    expect(await readFile(join(cwd, 'lading.config.ts'), 'utf8')).toContain("target: folder('dist/content')");
  });
});
