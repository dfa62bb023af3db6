import { fork, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildLayout, bundleScript, layoutKeys } from '@lading/fixtures';
import { type Digest, digestHex } from '@lading/manifest';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createRuntime } from '../runtime.js';
import { folderOrigin } from './folder-origin.js';
import { nodeStore } from './node-store.js';
import { CHECKPOINT_BYTES } from './partial-archive.js';

const HERE = dirname(fileURLToPath(import.meta.url));
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lading-node-store-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

function sample(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 31 + (i >>> 8)) & 255);
}

function digestOf(bytes: Uint8Array): Digest {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

describe('downloads in a folder', () => {
  test('a process that was killed in the middle left bytes that the next one goes on from', async () => {
    const bytes = sample(CHECKPOINT_BYTES + 500_000);
    const digest = digestOf(bytes);
    const path = join(folder, 'whole.bin');
    await writeFile(path, bytes);
    const script = await bundleScript(
      `import { readFileSync } from 'node:fs';
       import { nodeStore } from './node-store.ts';
       const bytes = readFileSync(${JSON.stringify(path)});
       const writer = await nodeStore(process.argv[2]).archives.openWriter(${JSON.stringify(digest)}, bytes.length);
       await writer.append(bytes.subarray(0, ${CHECKPOINT_BYTES + 123_456}));
       process.kill(process.pid, 'SIGKILL');`,
      HERE,
    );
    await new Promise((resolve) => fork(script, [folder]).on('exit', resolve));
    const writer = await nodeStore(folder).archives.openWriter(digest, bytes.length);
    expect(writer.receivedBytes).toBe(CHECKPOINT_BYTES + 123_456);
    await writer.append(bytes.subarray(writer.receivedBytes));
    await writer.commit();
    expect(await nodeStore(folder).verify()).toEqual([]);
    expect(await readdir(join(folder, 'partial'))).toEqual([]);
  });

  test('where a power cut lost pages, the download goes on from the last checkpoint that agrees', async () => {
    const bytes = sample(2 * CHECKPOINT_BYTES + 1_000);
    const digest = digestOf(bytes);
    const first = await nodeStore(folder).archives.openWriter(digest, bytes.length);
    await first.append(bytes.subarray(0, 2 * CHECKPOINT_BYTES + 500));
    await first.suspend();
    const part = join(folder, 'partial', `${digestHex(digest)}.part`);
    await truncate(part, CHECKPOINT_BYTES + 10);
    await truncate(part, 2 * CHECKPOINT_BYTES + 500); // The lost pages read as zeros.
    const second = await nodeStore(folder).archives.openWriter(digest, bytes.length);
    expect(second.receivedBytes).toBe(CHECKPOINT_BYTES);
    await second.append(bytes.subarray(second.receivedBytes));
    await second.commit();
    expect(await nodeStore(folder).verify()).toEqual([]);
  });

  test('what is left of a download whose archive came in another way is swept', async () => {
    const bytes = sample(10_000);
    const digest = digestOf(bytes);
    const first = await nodeStore(folder).archives.openWriter(digest, bytes.length);
    await first.append(bytes.subarray(0, 5_000));
    const second = await nodeStore(folder).archives.openWriter(digest, bytes.length);
    await second.append(bytes);
    await second.commit();
    await first.suspend();
    expect(await readdir(join(folder, 'partial'))).toEqual([`${digestHex(digest)}.part`]);
    await nodeStore(folder).transaction((records) => records.set('any', 'change'));
    expect(await readdir(join(folder, 'partial'))).toEqual([]);
    expect(await nodeStore(folder).verify()).toEqual([]);
  });

  test('verify finds an archive that rotted, and only that', async () => {
    const store = nodeStore(folder);
    const contents = [sample(10_000), sample(20_000)];
    for (const bytes of contents) {
      const writer = await store.archives.openWriter(digestOf(bytes), bytes.length);
      await writer.append(bytes);
      await writer.commit();
    }
    expect(await store.verify()).toEqual([]);
    const digest = digestOf(contents[0] ?? new Uint8Array());
    const path = join(folder, 'archives', `${digestHex(digest)}.zip`);
    const bytes = await readFile(path);
    bytes[777] = (bytes[777] ?? 0) ^ 4;
    await writeFile(path, bytes);
    expect(await store.verify()).toMatchObject([{ digest, sizeBytes: 10_000, actual: digestOf(bytes) }]);
  });
});

describe('records in a folder', () => {
  test('a lock of a dead process is taken over at once, one without content after a second', async () => {
    const dead = { pid: 2 ** 22 + 1, startedAt: '1', host: (await import('node:os')).hostname(), token: 'x' };
    for (const content of [JSON.stringify(dead), '']) {
      await writeFile(join(folder, 'lock'), content);
      const started = Date.now();
      await nodeStore(folder).transaction((records) => records.set('a', content));
      expect(Date.now() - started).toBeLessThan(2_000);
      expect(await nodeStore(folder).record('a')).toBe(content);
    }
  });

  test('a lock of a living process is respected, and says so in the end', async () => {
    const { ownIdentity } = await import('./process-identity.js');
    await writeFile(join(folder, 'lock'), JSON.stringify(ownIdentity()));
    const store = nodeStore(folder, { lockTimeoutMs: 50 });
    const busy = store.transaction((records) => records.set('a', 1));
    await expect(busy).rejects.toMatchObject({ code: 'ERR_STORE_BUSY', retryable: true });
  });

  test('records that were changed from outside are corrupt, not empty', async () => {
    const store = nodeStore(folder);
    await store.transaction((records) => records.set('a', 1));
    for (const text of ['', '{"format":"lading.store/1","version":2,"ids":[],"records":[["a"]]}', '{"records":{}}']) {
      await writeFile(join(folder, 'records.2.json'), text);
      await expect(nodeStore(folder).record('a')).rejects.toMatchObject({ code: 'ERR_STORE_CORRUPT' });
    }
  });

  test('a folder that is a file, and a path below a file, are errors and not an empty store', async () => {
    await writeFile(join(folder, 'file'), 'x');
    await expect(nodeStore(join(folder, 'file')).record('a')).rejects.toMatchObject({ code: 'ERR_STORE_FAILED' });
    await expect(nodeStore(join(folder, 'file', 'below')).record('a')).rejects.toMatchObject({
      code: 'ERR_STORE_FAILED',
    });
    expect(await nodeStore(join(folder, 'nothing', 'here')).record('a')).toBeUndefined();
  });

  test('leftovers of dead processes are swept, those of living ones are not', async () => {
    const { temporaryName } = await import('./temporary-file.js');
    const living = `records.${temporaryName()}`;
    await writeFile(join(folder, living.replace(/\d+-\d+/, '4194305-1')), 'dead');
    await writeFile(join(folder, living), 'alive');
    await nodeStore(folder).transaction((records) => records.set('a', 1));
    expect((await readdir(folder)).sort()).toEqual(['records.1.json', living].sort());
  });

  test.each([8])('%i processes that count together lose no update', async (count) => {
    const each = process.env.LADING_LONG === undefined ? 8 : 200;
    const script = await bundleScript(
      `import { nodeStore } from './node-store.ts';
       const store = nodeStore(process.argv[2], { lockTimeoutMs: 60_000 });
       for (let i = 0; i < ${each}; i++) {
         await store.transaction((records) => records.set('count', (records.get('count') ?? 0) + 1));
       }`,
      HERE,
    );
    const runs = Array.from(
      { length: count },
      () => new Promise((resolve) => fork(script, [folder]).on('exit', resolve)),
    );
    expect(await Promise.all(runs)).toEqual(Array.from({ length: count }, () => 0));
    expect(await nodeStore(folder).record('count')).toBe(count * each);
    expect(await readdir(folder)).toEqual([`records.${count * each}.json`]);
  });

  test('no update is lost even where the lock does not keep writers apart', async () => {
    const stores = Array.from({ length: 4 }, () => nodeStore(folder));
    const stolen = setInterval(() => void rm(join(folder, 'lock'), { force: true }), 1);
    const add = (i: number) =>
      stores[i % 4]?.transaction((records) => {
        const now = records.get('count');
        records.set('count', (typeof now === 'number' ? now : 0) + 1);
      });
    await Promise.all(Array.from({ length: 120 }, (_, i) => add(i)));
    clearInterval(stolen);
    expect(await nodeStore(folder).record('count')).toBe(120);
  });
});

describe('a runtime on a folder', () => {
  test('keeps its mounts over a restart, from content in another folder', async () => {
    const { root, content, store } = await published();
    const runtime = await createRuntime({ store: nodeStore(store), origin: folderOrigin(content), keys: root });
    await runtime.ensure('/a.txt');
    await runtime.close();
    await rm(content, { recursive: true });
    const again = await createRuntime({ store: nodeStore(store), origin: folderOrigin(content), keys: root });
    expect(new TextDecoder().decode(await again.read('/a.txt'))).toBe('content');
    await again.close();
  });

  test('reads what is mounted where it may not write', async () => {
    const { root, content, store } = await published();
    const first = await createRuntime({ store: nodeStore(store), origin: folderOrigin(content), keys: root });
    await first.ensure('/a.txt');
    await first.close();
    const rootPath = join(folder, 'root.json');
    await writeFile(rootPath, root);
    const script = await bundleScript(
      `import { readFileSync } from 'node:fs';
       import { createRuntime } from '../runtime.ts';
       import { folderOrigin } from './folder-origin.ts';
       import { nodeStore } from './node-store.ts';
       const [, , store, content, root] = process.argv;
       const keys = readFileSync(root);
       const runtime = await createRuntime({ store: nodeStore(store), origin: folderOrigin(content), keys });
       const text = new TextDecoder().decode(await runtime.read('/a.txt'));
       const code = await runtime.removeMount('a').then(() => 'removed', (error) => error.code);
       console.log([text, code, runtime.mounts().length].join());`,
      HERE,
    );
    await setWritable(store, false);
    for (const path of [folder, dirname(script)]) await chmod(path, 0o755);
    try {
      // Root may write everywhere, so the script runs as nobody then.
      const asNobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
      const run = spawnSync(process.execPath, [script, store, content, rootPath], { encoding: 'utf8', ...asNobody });
      expect(run.stderr).toBe('');
      expect(run.stdout.trim()).toBe('content,ERR_STORE_DENIED,1');
    } finally {
      await setWritable(store, true);
    }
  });

  async function published(): Promise<{ root: Uint8Array; content: string; store: string }> {
    const members = [{ name: 'a.txt', bytes: new TextEncoder().encode('content') }];
    const layout = await buildLayout({
      keys: await layoutKeys(),
      archives: { a: { members } },
      roots: { '/a.txt': ['a'] },
    });
    const content = join(folder, 'content');
    for (const [key, bytes] of layout.files) {
      await mkdir(dirname(join(content, key)), { recursive: true });
      await writeFile(join(content, key), bytes);
    }
    return { root: layout.root, content, store: join(folder, 'store') };
  }
});

async function setWritable(path: string, isWritable: boolean): Promise<void> {
  const isFolder = (await stat(path)).isDirectory();
  if (isFolder && isWritable) await chmod(path, 0o755);
  if (isFolder) for (const name of await readdir(path)) await setWritable(join(path, name), isWritable);
  await chmod(path, isFolder ? (isWritable ? 0o755 : 0o555) : isWritable ? 0o644 : 0o444);
}
