import { resolve } from 'node:path';

/** Top folder of this workspace. */
export const WORKSPACE_ROOT: string = resolve(import.meta.dirname, '../../..');
