import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { PublishError } from '../publish-error.js';
import { openNewFile, removeEmptyFolders } from './file-durability.js';
import { isNotFound } from './folder-error.js';
import { isMakerGone, uniqueName } from './owner-tag.js';

/** How long a caller waits for the others, in milliseconds. */
const WAIT_MS = 30_000;
/** How old a lock of another machine may be before it counts as left behind, in milliseconds. */
const FOREIGN_LOCK_MS = 600_000;

/**
 * Runs an action while no other process (or call) runs one under the same lock folder.
 *
 * Everybody first announces itself by a file of its own and then looks who else has: of two at least one sees the other,
 * so two never both enter. Who sees others and has not the smallest name withdraws and tries again. There is no shared
 * lock file that a killed process could leave for ever: a file whose maker has ended counts for nothing.
 *
 * @throws PublishError `ERR_TARGET_FAILED` (retryable) when the others do not finish within 30 s.
 */
export async function exclusively<T>(
  lockFolder: string,
  action: () => Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  const deadline = performance.now() + WAIT_MS;
  for (;;) {
    signal?.throwIfAborted();
    const name = uniqueName();
    await (await openNewFile(join(lockFolder, name))).close();
    try {
      if (await entered(lockFolder, name, deadline, signal)) return await action();
    } finally {
      await rm(join(lockFolder, name), { force: true });
      await removeEmptyFolders([lockFolder]);
    }
    await delay(2 + Math.random() * 8, undefined, { signal }).catch(() => signal?.throwIfAborted());
  }
}

/** True once nobody else is announced; false where a smaller name is and this one has to withdraw. */
async function entered(
  lockFolder: string,
  name: string,
  deadline: number,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  for (;;) {
    const others = (await liveNames(lockFolder)).filter((other) => other !== name);
    if (others.length === 0) return true;
    if (performance.now() > deadline) throw lockedError(lockFolder, others);
    if (others.some((other) => other < name)) return false;
    await delay(2, undefined, { signal }).catch(() => signal?.throwIfAborted());
  }
}

async function liveNames(lockFolder: string): Promise<string[]> {
  const live: string[] = [];
  for (const name of await readdir(lockFolder)) {
    if (await isLeftBehind(join(lockFolder, name), name)) await rm(join(lockFolder, name), { force: true });
    else live.push(name);
  }
  return live;
}

async function isLeftBehind(path: string, name: string): Promise<boolean> {
  const gone = isMakerGone(name);
  if (gone !== undefined) return gone;
  try {
    return Date.now() - (await stat(path)).mtimeMs > FOREIGN_LOCK_MS;
  } catch (error) {
    if (isNotFound(error)) return true;
    throw error;
  }
}

function lockedError(lockFolder: string, others: readonly string[]): PublishError {
  return new PublishError('ERR_TARGET_FAILED', `Locked by ${others.length} other writer(s) for ${WAIT_MS / 1_000} s`, {
    details: { lockFolder, others },
    retryable: true,
    hint: `If no other publish runs, delete ${lockFolder} and run the command again.`,
  });
}
