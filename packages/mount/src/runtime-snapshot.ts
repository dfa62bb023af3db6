import { candidatesOf, type MountTable } from './mount-table.js';
import type { RuntimeSnapshot } from './runtime.js';
import { closedError } from './runtime-errors.js';
import { readFrom, resolutionOf } from './runtime-views.js';

/** Pins the current generation of a table for a reader, until it closes the snapshot. */
export function snapshotOf(table: MountTable): RuntimeSnapshot {
  const generation = table.pin();
  let isOpen = true;
  const assertOpen = (): void => {
    if (!isOpen) throw closedError('The snapshot');
  };
  return {
    generation: generation.number,
    resolve: (path) => {
      assertOpen();
      return resolutionOf(path, candidatesOf(generation, path));
    },
    read: async (path, options = {}) => {
      assertOpen();
      return readFrom(generation, path, options);
    },
    close: async () => {
      if (!isOpen) return;
      isOpen = false;
      await table.unpin(generation);
    },
  };
}
