import { filesContent } from './files-content.js';
import type { MountedContent } from './mounted-content.js';

/**
 * Makes content of files in memory: what a page or a test has at hand. The given bytes are not copied, so do not change them; what
 * is read is a copy.
 *
 * @param files - Bytes by resource path.
 * @throws MountError `ERR_MOUNT_CONTENT` for paths that are none, all of them at once (`details.problems`).
 * @example
 * const base = memoryContent(new Map([['/hello.txt', new TextEncoder().encode('hello')]]));
 * base.find('/hello.txt')?.sizeBytes; // → 5
 */
export function memoryContent(files: ReadonlyMap<string, Uint8Array>): MountedContent {
  const rows = [...files].map(([path, bytes]) => ({ path, sizeBytes: bytes.length, bytes }));
  return filesContent('memory', rows, async ({ bytes }) => new Uint8Array(bytes));
}
