import type { ReleaseArchive } from '@lading/manifest';
import { openStored } from './archive-opener.js';
import type { RuntimeParts } from './runtime-parts.js';
import type { Mount } from './runtime-types.js';

/** Brings the bytes of a remote mount into the store and swaps it in place. */
export async function bringHere(parts: RuntimeParts, name: string, archive: ReleaseArchive): Promise<void> {
  const { signal } = parts.life;
  await parts.downloads.fetch(archive, { signal });
  const content = await openStored(archive, parts.options, signal);
  await parts.changeOrClose(content, async () => {
    const { mounts } = parts;
    const row = mounts.row(name);
    if (row?.mount.digest !== archive.digest || row.mount.state === 'local') return content.close();
    const mount: Mount = { ...row.mount, state: 'local' };
    await mounts.replaceRows(mounts.rows.map((other) => (other === row ? { ...row, mount, content } : other)));
    parts.events.emit('mounted', { mount });
  });
}
