import { link, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { MountError } from '../mount-error.js';
import { removeFile, tidy } from './durable-file.js';
import { isProcessGone, isProcessKnown, ownIdentity, type ProcessIdentity } from './process-identity.js';
import { ifThere, NO_LINKS, systemCode } from './store-error.js';
import { temporaryName } from './temporary-file.js';

/** A lock that is held. */
export interface HeldLock {
  /** False where it was taken over, because its holder slept for too long. */
  isHeld(): Promise<boolean>;
  /** Gives it back. Never fails: what was done under the lock is done. */
  release(): Promise<void>;
}

/**
 * How long a lock is held: `brief` for milliseconds, so that an old one is taken over whoever holds it; `long` for as long as
 * a download takes, so that it is left to its holder as long as that one may live.
 */
export type LockHold = 'brief' | 'long';

/** How long to wait for a lock. */
export interface LockOptions {
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs: number;
}

/** A lock that is held briefly and is older is taken over even where its holder cannot be shown to be dead. */
const STALE_AFTER_MS = 10_000;
/** One that is held for long is taken over then where its holder cannot be looked up: a process of another host. */
const UNKNOWN_AFTER_MS = 24 * 3_600_000;
/** A lock file without content this old: its holder died before it wrote its name, on a file system without links. */
const EMPTY_AFTER_MS = 1_000;
const MAX_PAUSE_MS = 50;

/**
 * Takes a lock file, waiting for its turn; a dead holder's lock is taken over. A lock is for progress: it keeps writers
 * from working in vain. What must be safe is safe without it.
 *
 * @throws MountError `ERR_STORE_BUSY` (retryable) after `timeoutMs`.
 */
export async function acquireLock(path: string, options: LockOptions): Promise<HeldLock> {
  const deadline = Date.now() + options.timeoutMs;
  for (let pauseMs = 1; ; pauseMs = Math.min(2 * pauseMs, MAX_PAUSE_MS)) {
    options.signal?.throwIfAborted();
    const held = await tryLock(path, 'brief');
    if (held !== undefined) return held;
    if (Date.now() > deadline) throw busyError(path, options.timeoutMs);
    await new Promise((resolve) => setTimeout(resolve, pauseMs * (0.5 + Math.random() / 2)));
  }
}

/** Takes a lock file where it is free or its holder is dead; `undefined` where somebody holds it. */
export async function tryLock(path: string, hold: LockHold): Promise<HeldLock | undefined> {
  const own = JSON.stringify({ ...ownIdentity(), token: temporaryName() });
  if (await create(path, own)) return heldLock(path, own);
  const seen = await readLock(path);
  if (seen === undefined || !isDead(seen, hold)) return undefined;
  await takeAway(path, seen.text);
  return undefined; // Free now: whoever creates it first has it.
}

interface SeenLock {
  readonly text: string;
  readonly ageMs: number;
}

/** Writes the file aside and links it: a lock has its holder's name in it from its first instant. */
async function create(path: string, text: string): Promise<boolean> {
  const aside = `${path}.${temporaryName()}`;
  try {
    await writeFile(aside, text, { flag: 'wx' });
    return await linkNew(aside, path, text);
  } finally {
    // The lock may be held by now, so this must not fail; a sweep takes the file away later.
    await tidy(() => removeFile(aside));
  }
}

async function linkNew(aside: string, path: string, text: string): Promise<boolean> {
  try {
    await link(aside, path);
    return true;
  } catch (error) {
    const code = systemCode(error) ?? '';
    if (code === 'EEXIST') return false;
    if (!NO_LINKS.has(code)) throw error;
  }
  try {
    await writeFile(path, text, { flag: 'wx' });
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw error;
  }
}

async function readLock(path: string): Promise<SeenLock | undefined> {
  return ifThere(async () => {
    const text = await readFile(path, 'utf8');
    const { mtimeMs } = await stat(path);
    return { text, ageMs: Date.now() - mtimeMs };
  });
}

function isDead({ text, ageMs }: SeenLock, hold: LockHold): boolean {
  const holder = parseHolder(text);
  if (holder === undefined) return ageMs > EMPTY_AFTER_MS;
  if (isProcessGone(holder)) return true;
  if (hold === 'brief') return ageMs > STALE_AFTER_MS;
  return ageMs > UNKNOWN_AFTER_MS && !isProcessKnown(holder);
}

function parseHolder(text: string): ProcessIdentity | undefined {
  try {
    const { pid, startedAt, host } = JSON.parse(text) as Partial<ProcessIdentity>;
    if (typeof pid !== 'number' || typeof startedAt !== 'string' || typeof host !== 'string') return undefined;
    return { pid, startedAt, host };
  } catch {
    return undefined; // Cut off while it was being written.
  }
}

/** Takes a dead lock away. Where it was replaced by a living one in between, that one is put back. */
async function takeAway(path: string, text: string): Promise<void> {
  const aside = `${path}.${temporaryName()}`;
  const moved = await ifThere(async () => {
    await rename(path, aside);
    return readFile(aside, 'utf8');
  });
  if (moved !== undefined && moved !== text) {
    await link(aside, path).catch((error: unknown) => {
      if (systemCode(error) !== 'EEXIST') throw error; // Somebody else holds it by now.
    });
  }
  await removeFile(aside);
}

function heldLock(path: string, own: string): HeldLock {
  const isHeld = async (): Promise<boolean> => (await readLock(path))?.text === own;
  const remove = async (): Promise<void> => {
    if (await isHeld()) await removeFile(path);
  };
  return {
    isHeld,
    // A file that cannot be removed for a moment (EIO, a virus scanner) would make others wait: once more, then let it be.
    release: () => tidy(() => remove().catch(() => remove())),
  };
}

function busyError(path: string, timeoutMs: number): MountError {
  return new MountError('ERR_STORE_BUSY', `${path}: held by another process for more than ${timeoutMs} ms`, {
    details: { path, timeoutMs },
    hint: 'Is a process that uses this store stopped or hanging?',
    retryable: true,
  });
}
