import { link, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { MountError } from '../mount-error.js';
import { removeFile } from './durable-file.js';
import { isProcessGone, ownIdentity, type ProcessIdentity, temporaryName } from './process-identity.js';
import { ifThere, NO_LINKS, systemCode } from './store-error.js';

/** A lock that is held. */
export interface HeldLock {
  release(): Promise<void>;
}

/** How long to wait for a lock. */
export interface LockOptions {
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs: number;
}

/** A lock file that is older is taken over even where its holder cannot be shown to be dead: holding takes milliseconds. */
const STALE_AFTER_MS = 10_000;
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
    const held = await tryLock(path);
    if (held !== undefined) return held;
    if (Date.now() > deadline) throw busyError(path, options.timeoutMs);
    await new Promise((resolve) => setTimeout(resolve, pauseMs * (0.5 + Math.random() / 2)));
  }
}

/** Takes a lock file where it is free or its holder is dead; `undefined` where somebody holds it. */
export async function tryLock(path: string): Promise<HeldLock | undefined> {
  const own = JSON.stringify({ ...ownIdentity(), token: temporaryName() });
  if (await create(path, own)) return { release: () => releaseLock(path, own) };
  const seen = await readLock(path);
  if (seen === undefined || !isDead(seen)) return undefined;
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
    await removeFile(aside).catch(ignoreSystemError);
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

function ignoreSystemError(error: unknown): void {
  if (systemCode(error) === undefined) throw error;
}

async function readLock(path: string): Promise<SeenLock | undefined> {
  return ifThere(async () => {
    const text = await readFile(path, 'utf8');
    const { mtimeMs } = await stat(path);
    return { text, ageMs: Date.now() - mtimeMs };
  });
}

function isDead({ text, ageMs }: SeenLock): boolean {
  if (ageMs > STALE_AFTER_MS) return true;
  const holder = parseHolder(text);
  return holder === undefined ? ageMs > EMPTY_AFTER_MS : isProcessGone(holder);
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

async function releaseLock(path: string, own: string): Promise<void> {
  const seen = await readLock(path);
  if (seen?.text === own) await removeFile(path);
}

function busyError(path: string, timeoutMs: number): MountError {
  return new MountError('ERR_STORE_BUSY', `${path}: held by another process for more than ${timeoutMs} ms`, {
    details: { path, timeoutMs },
    hint: 'Is a process that uses this store stopped or hanging?',
    retryable: true,
  });
}
