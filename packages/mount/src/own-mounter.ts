import { openSource } from './archive-opener.js';
import { pathsServed } from './paths-served.js';
import type { AddMountOptions } from './runtime.js';
import type { RuntimeParts } from './runtime-parts.js';
import type { Mount } from './runtime-types.js';

/** Mounts what the app brings itself: a zip of its own, or what is no zip. It ends with the runtime. */
export async function mountOwn(parts: RuntimeParts, options: AddMountOptions): Promise<Mount> {
  const { name, priority = 0, source, signal } = options;
  const allows = await pathsServed(options, parts.options.isProtected);
  const content = options.content ?? (source && (await openSource(source, parts.options, { signal })));
  if (content === undefined) throw new Error('unreachable: a mount of nothing');
  const state = source !== undefined && options.mode === 'remote' ? 'remote' : 'local';
  return parts.changeOrClose(content, async () => {
    const { mounts } = parts;
    mounts.assertFree(name);
    const data = options.dataOnly === true ? { dataOnly: true } : {};
    const { entries, sizeBytes } = content;
    const mount: Mount = { name, priority, sequence: mounts.nextSequence(), ...data, state, entries, sizeBytes };
    await mounts.addRow({ mount, content, allows });
    return mount;
  });
}
