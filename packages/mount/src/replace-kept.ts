import type { MountIntent } from './mount-intent.js';
import type { MountRow } from './mount-table.js';
import type { RuntimeParts } from './runtime-parts.js';

/** Replaces the rows of intents, all at once, and says what came and went. Those of the app's own content stay. */
export async function replaceKept(
  { mounts, events }: RuntimeParts,
  former: ReadonlyMap<string, MountIntent>,
  rows: readonly MountRow[],
): Promise<void> {
  const before = new Map(mounts.rows.map((row) => [row.mount.name, row]));
  await mounts.replaceRows([...mounts.rows.filter(({ mount }) => !former.has(mount.name)), ...rows]);
  const after = new Map(mounts.rows.map((row) => [row.mount.name, row]));
  for (const [name, { mount }] of before) if (!after.has(name)) events.emit('unmounted', { mount });
  for (const [name, { mount, content }] of after) {
    if (before.get(name)?.content !== content) events.emit('mounted', { mount });
  }
}
