import { buildLayout, buildZip, layoutKeys } from '@lading/fixtures';
import { describe, expect, test } from 'vitest';
import { memoryOrigin } from './memory-origin.js';
import { memorySource } from './memory-source.js';
import { memoryStore } from './memory-store.js';
import { createRuntime, type Runtime } from './runtime.js';

const keys = await layoutKeys();
const file = (name: string, value: string) => ({ name, bytes: new TextEncoder().encode(value) });
const text = async (runtime: Runtime, path: string): Promise<string> =>
  new TextDecoder().decode(await runtime.read(path));

const layout = await buildLayout({
  keys,
  archives: {
    game: { members: [file('core/rules.json', 'rules'), file('game.js', 'code'), file('sky.png', 'sky')], priority: 1 },
    mod: {
      members: [file('core/rules.json', 'cheat'), file('game.js', 'evil'), file('sky.png', 'red sky')],
      priority: 9,
    },
  },
  roots: { '/core/rules.json': ['game'] },
});
const MOD = buildZip([
  file('core/rules.json', 'cheat'),
  file('game.js', 'evil'),
  file('game.WASM', 'evil'),
  file('sky.png', 'red'),
]);

describe('a mount with dataOnly', () => {
  test('serves data, and neither code nor what the app protects, whatever its priority', async () => {
    const options = {
      store: memoryStore(),
      origin: memoryOrigin(layout.files),
      keys: layout.root,
      protect: ['/core/**'],
    };
    const runtime = await createRuntime(options);
    await runtime.ensure('/core/rules.json');
    const source = memorySource(MOD.bytes, 'mod.zip');
    const mount = await runtime.addMount({ name: 'mod', priority: 99, source, dataOnly: true });
    expect(mount.dataOnly).toBe(true);
    expect(await text(runtime, '/sky.png')).toBe('red');
    expect(await text(runtime, '/core/rules.json')).toBe('rules');
    expect(await text(runtime, '/game.js')).toBe('code');
    expect(runtime.resolve('/game.js').shadowed).toEqual([]);
    await expect(runtime.read('/game.WASM')).rejects.toMatchObject({ code: 'ERR_RESOURCE_NOT_FOUND' });
    expect(runtime.conflicts()).toEqual([]);
    await runtime.close();
  });

  test('is that after a restart as well, and its allow-list holds beside it', async () => {
    const store = memoryStore();
    const options = { store, origin: memoryOrigin(layout.files), keys: layout.root, protect: ['/core/**'] };
    const first = await createRuntime(options);
    await first.ensure('/core/rules.json');
    await first.addMount({ name: 'theme', archive: 'mod', dataOnly: true, allow: ['/sky.png', '/game.js'] });
    await first.close();
    const second = await createRuntime(options);
    expect(await text(second, '/sky.png')).toBe('red sky');
    expect(await text(second, '/game.js')).toBe('code');
    expect(await text(second, '/core/rules.json')).toBe('rules');
    expect(second.mounts().find(({ name }) => name === 'theme')?.dataOnly).toBe(true);
    await second.close();
  });

  test('needs patterns that are right', async () => {
    const options = { store: memoryStore(), protect: ['core/*'] };
    await expect(createRuntime(options)).rejects.toMatchObject({ code: 'ERR_MOUNT_PATTERN' });
  });
});
