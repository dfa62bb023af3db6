import { createRuntime, memoryStore, type Runtime } from '@lading/mount/client';

/** Mounts the first level: what every page here does before its engine starts. With `#archives=remote` they are read by ranges, not downloaded. */
export async function openContent(): Promise<Runtime> {
  const pinnedRoot = await fetch('root.1.json'); // Shipped with the page.
  const runtime = await createRuntime({
    store: memoryStore(),
    channel: new URL('channels/stable.json', location.href).href,
    keys: new Uint8Array(await pinnedRoot.arrayBuffer()),
  });
  const wish = new URLSearchParams(location.hash.slice(1));
  if (wish.get('archives') !== 'remote') await runtime.ensure('/levels/1.json');
  else for (const archive of ['level-1', 'shared']) await runtime.addMount({ name: archive, archive, mode: 'remote' });
  return runtime;
}
