import { join } from 'node:path';
import { type MemoryWebdav, startMemoryWebdav } from '@lading/webdav-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LadingRun, runLading } from '../src/testing/run-lading.js';
import { SMALL_GAME, testFolder, writeTree } from '../src/testing/test-folder.js';

describe('publishing to a WebDAV server', () => {
  let cwd: string;
  let server: MemoryWebdav;
  const lading = (...args: string[]): Promise<LadingRun> => {
    const env = { LADING_WEBDAV_USER: server.user, LADING_WEBDAV_PASSWORD: server.password };
    return runLading(args, { cwd, env });
  };

  beforeAll(async () => {
    server = await startMemoryWebdav();
    cwd = await testFolder('publish-webdav');
    await writeTree(join(cwd, 'assets'), SMALL_GAME);
    await lading('keys', 'new', '--out', 'keys');
    const split = ['split', '--assets', 'assets', '--root', '/levels/*.json', '--key', 'keys', '--out', 'release'];
    expect((await lading(...split)).exitCode).toBe(0);
  });
  afterAll(() => server?.stop());

  it('uploads everything once, nothing the second time, and lists, rolls back and collects as anywhere', async () => {
    const place = ['--target', `${server.url.replace('http:', 'webdav:')}/my-game`];
    const publish = ['publish', 'release', ...place, '--key', 'keys', '--json'];
    expect((await lading(...publish)).json()).toMatchObject({ status: 'published' });
    expect((await lading(...publish)).json()).toMatchObject({ status: 'up-to-date', uploadedObjects: 0 });
    const releases = await lading('releases', ...place, '--json');
    expect([releases.exitCode, releases.json<{ releases: unknown[] }>().releases]).toEqual([0, [expect.anything()]]);
    const gc = await lading('gc', ...place, '--trust', 'keys', '--json');
    expect([gc.exitCode, gc.stderr]).toEqual([0, expect.anything()]);
    const doctor = await lading('s3', 'doctor', ...place, '--json');
    expect(doctor.json<{ checks: { name: string; status: string }[] }>().checks).toContainEqual(
      expect.objectContaining({ name: 'conditions', status: 'ok' }),
    );
  });

  it('takes the target from the configuration', async () => {
    const config = { target: { kind: 'webdav', url: `${server.url}/configured` }, sign: { key: 'keys' } };
    await writeTree(cwd, { 'lading.config.json': JSON.stringify(config) });
    expect((await lading('publish', 'release', '--json')).json()).toMatchObject({ status: 'published' });
    expect([...server.store.folders]).toContain('/configured/channels/');
  });

  it('exits with 4 where the server refuses, and tells no password', async () => {
    const args = ['publish', 'release', '--target', `${server.url}/my-game`, '--key', 'keys', '--json'];
    const env = { LADING_WEBDAV_USER: server.user, LADING_WEBDAV_PASSWORD: 'hush-hush' };
    const run = await runLading(args, { cwd, env });
    expect([run.exitCode, run.json()]).toEqual([
      4,
      expect.objectContaining({ error: expect.objectContaining({ code: 'ERR_TARGET_FORBIDDEN' }) }),
    ]);
    expect(run.text + run.stderr).not.toContain('hush-hush');
  });

  it('takes no credentials in the URL', async () => {
    const run = await lading('publish', 'release', '--target', 'https://me:hush-hush@files.example/g', '--key', 'keys');
    expect([run.exitCode, run.stderr]).toEqual([3, expect.stringContaining('user name or password')]);
    expect(run.stderr).not.toContain('hush-hush');
  });
});
