import { buildZip, defoldMembers } from '@lading/fixtures';
import { describe, expect, test } from 'vitest';
import { memorySource } from './memory-source.js';
import { memoryStore } from './memory-store.js';
import { createRuntime, type Runtime } from './runtime.js';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const long = text('a compressible text '.repeat(40));

const FILES = [
  { path: '/main/a.collectionc', bytes: text('plain resource') },
  { path: '/main/b.texturec', bytes: long, isCompressed: true },
  { path: '/main/c.scriptc', bytes: text('print("hi")'), isEncrypted: true },
  { path: '/main/d.scriptc', bytes: long, isCompressed: true, isEncrypted: true },
  { path: '/main/e.collectionc', bytes: text('plain resource') }, // the same bytes under another path
  { path: '/main/empty.txt', bytes: new Uint8Array() },
];

async function mounted(members: Parameters<typeof buildZip>[0]): Promise<Runtime> {
  const runtime = await createRuntime({ store: memoryStore() });
  await runtime.addMount({ name: 'defold', source: memorySource(buildZip(members).bytes) });
  return runtime;
}

describe('a Defold archive', () => {
  test('gives every resource by its path, decrypted and unpacked', async () => {
    const runtime = await mounted(defoldMembers(FILES));
    for (const { path, bytes } of FILES) expect(await runtime.read(path)).toEqual(new Uint8Array(bytes));
    expect(runtime.mounts()[0]?.entries).toBe(FILES.length + 1);
    expect(runtime.resolve('/main/b.texturec').entry?.sizeBytes).toBe(long.length);
    await expect(runtime.read('/main/f.collectionc')).rejects.toMatchObject({ code: 'ERR_RESOURCE_NOT_FOUND' });
  });

  test('is known by its manifest in any case', async () => {
    const runtime = await mounted(defoldMembers(FILES, 'LIVEUPDATE.GAME.DMANIFEST'));
    expect(await runtime.read('/main/a.collectionc')).toEqual(text('plain resource'));
  });

  test('a plain member wins over an entry at the same path, and claimed members have no path of their own', async () => {
    const members = defoldMembers(FILES);
    const runtime = await mounted([...members, { name: 'main/a.collectionc', bytes: text('patched') }]);
    expect(await runtime.read('/main/a.collectionc')).toEqual(text('patched'));
    await expect(runtime.read(`/${members[1]?.name}`)).rejects.toMatchObject({ code: 'ERR_RESOURCE_NOT_FOUND' });
  });

  test('entries whose bytes are in another archive are skipped', async () => {
    const [manifest, ...rest] = defoldMembers(FILES);
    const runtime = await mounted(manifest === undefined ? [] : [manifest, ...rest.slice(1)]);
    expect(runtime.resolve('/main/a.collectionc').state).toBe('missing');
    expect(await runtime.read('/main/b.texturec')).toEqual(new Uint8Array(long));
  });

  test('without digests in the directory the member name, a SHA-1, is checked', async () => {
    const [manifest, first, ...rest] = defoldMembers(FILES);
    if (manifest === undefined || first === undefined) throw new Error('unreachable: there are members');
    const forged = { ...first, bytes: Uint8Array.from(first.bytes, (byte, i) => (i === 20 ? byte ^ 1 : byte)) };
    const foreign = [manifest, forged, ...rest].map((member) => ({ ...member, comment: '' }));
    const runtime = await mounted(foreign);
    await expect(runtime.read('/main/a.collectionc')).rejects.toMatchObject({ code: 'ERR_VERIFY_DIGEST' });
    expect(await runtime.read('/main/b.texturec')).toEqual(new Uint8Array(long));
  });

  test('a payload that cannot be decoded is an error, not an empty resource', async () => {
    const runtime = await createRuntime({
      store: memoryStore(),
      decodeDefoldPayload: () => {
        throw new Error('own key needed');
      },
    });
    await runtime.addMount({ name: 'a', source: memorySource(buildZip(defoldMembers(FILES)).bytes) });
    await expect(runtime.read('/main/c.scriptc')).rejects.toMatchObject({ code: 'ERR_MOUNT_PAYLOAD' });
  });

  test('ties with a plain archive are found by hash', async () => {
    const runtime = await mounted(defoldMembers(FILES));
    const plain = buildZip([{ name: 'main/a.collectionc', bytes: text('other') }]);
    await runtime.addMount({ name: 'plain', source: memorySource(plain.bytes) });
    expect(runtime.conflicts()).toMatchObject([{ path: '/main/a.collectionc', mounts: ['plain', 'defold'] }]);
  });
});
