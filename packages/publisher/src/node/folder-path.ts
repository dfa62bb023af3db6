import { lstat } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { PublishError } from '../publish-error.js';
import { assertTargetKey } from '../target-key.js';
import { isNotFound, linkError } from './folder-error.js';

/** Folder inside a target where unfinished files and locks stand. Never listed, never a key. */
export const RESERVED_FOLDER = '.lading';

/**
 * Gives the path of a key inside a folder. Checks that the key stays inside: by its text, and by refusing symbolic links
 * on the way (the folder itself may be one).
 *
 * @throws PublishError `ERR_TARGET_KEY`.
 */
export async function folderPath(dir: string, key: string): Promise<string> {
  assertTargetKey(key);
  const segments = key.split('/');
  assertFileNames(key, segments);
  let path = dir;
  for (const segment of segments.slice(0, -1)) {
    path = join(path, segment);
    if (!(await isPlain(path))) break;
  }
  return join(dir, ...segments);
}

/** Windows would read a colon as a drive or a stream; a reserved name would be lost in the next clean-up. */
function assertFileNames(key: string, segments: readonly string[]): void {
  const problem =
    segments[0] === RESERVED_FOLDER
      ? `starts with ${RESERVED_FOLDER}, which is reserved`
      : sep === '\\' && key.includes(':')
        ? 'has a colon'
        : undefined;
  if (problem !== undefined) {
    throw new PublishError('ERR_TARGET_KEY', `Key "${key}" ${problem}`, { details: { key, problem } });
  }
}

/** False where nothing stands yet, so that nothing below can be a link either. */
async function isPlain(path: string): Promise<boolean> {
  try {
    if ((await lstat(path)).isSymbolicLink()) throw linkError(path);
    return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}

/** The folders from `dir` (included) down to the one that holds `path`, outermost first. */
export function foldersDownTo(dir: string, path: string): string[] {
  const folders: string[] = [];
  for (let folder = dirname(path); folder.length > dir.length; folder = dirname(folder)) folders.push(folder);
  return [dir, ...folders.reverse()];
}
