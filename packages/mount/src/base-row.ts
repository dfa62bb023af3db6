import type { MountRow } from './mount-table.js';
import type { MountedContent } from './mounted-content.js';

/** Name of the mount that is the base. No mount of a user can take it: it starts with `_`. */
export const BASE_NAME = '_base';

/** The base is below everything that a user can mount. */
const BASE_PRIORITY = -10;

/** The row of what the app was built with. */
export function baseRow(content: MountedContent): MountRow {
  const { entries, sizeBytes } = content;
  const mount = { name: BASE_NAME, priority: BASE_PRIORITY, sequence: 0, state: 'local', entries, sizeBytes } as const;
  return { mount, content, allows: undefined };
}
