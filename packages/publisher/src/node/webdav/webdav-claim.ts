import { randomUUID } from 'node:crypto';
import { pause } from '../../pause.js';
import { UnexpectedStatus } from './webdav-error.js';
import { ensureFolders } from './webdav-folders.js';
import { nameBelow } from './webdav-list.js';
import { readFolder } from './webdav-properties.js';
import { removeFile } from './webdav-remove.js';
import { exchange } from './webdav-request.js';
import { urlOf, WEBDAV_RESERVED_FOLDER, type WebdavSession } from './webdav-session.js';

const CLAIMS = `${WEBDAV_RESERVED_FOLDER}/claims/`;
/** Nobody works as long under a claim; what is older was left by a process that was killed. */
const LEFT_AFTER_MS = 60_000;
/** Outlasts a claim that was left. */
const PATIENCE_MS = LEFT_AFTER_MS + 15_000;
const MAX_PAUSE_MS = 2_000;

/**
 * Runs work while no other process works under a claim on this target. Whoever wants to writes a file of its own first and
 * then looks who else has one: of two at once at least one sees the other, withdraws, and tries again after a pause of random
 * length. This asks nothing of the server but that a listing shows what was written before it.
 */
export async function underClaim<T>(
  session: WebdavSession,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  const key = await takeClaim(session, signal);
  try {
    return await work();
  } finally {
    await withdraw(session, key);
  }
}

async function takeClaim(session: WebdavSession, signal: AbortSignal | undefined): Promise<string> {
  await ensureFolders(session, CLAIMS);
  for (let waitedMs = 0, mostMs = 50; ; mostMs = Math.min(mostMs * 2, MAX_PAUSE_MS)) {
    const name = randomUUID();
    const key = `${CLAIMS}${name}`;
    try {
      await announce(session, key, signal);
      if (!(await hasOther(session, name, signal))) return key;
    } catch (error) {
      await withdraw(session, key);
      throw error;
    }
    await withdraw(session, key);
    if (waitedMs > PATIENCE_MS) throw new UnexpectedStatus('PUT', 423);
    const delayMs = mostMs * (0.2 + 0.8 * Math.random());
    await pause(delayMs, signal);
    waitedMs += delayMs;
  }
}

async function announce(session: WebdavSession, key: string, signal: AbortSignal | undefined): Promise<void> {
  const { status } = await exchange(session.connection, { method: 'PUT', url: urlOf(session, key), body: '.', signal });
  if (status >= 300) throw new UnexpectedStatus('PUT', status);
}

/** Whether somebody else has a claim; removes those of processes that were killed. */
async function hasOther(session: WebdavSession, own: string, signal: AbortSignal | undefined): Promise<boolean> {
  const url = urlOf(session, CLAIMS);
  const left: string[] = [];
  let isOwnThere = false;
  let others = 0;
  for await (const properties of readFolder(session, url, { signal })) {
    const name = nameBelow(url, properties);
    const ageMs = Date.now() + session.learned.aheadMs - (properties.modifiedAt?.getTime() ?? Number.POSITIVE_INFINITY);
    if (name === own) isOwnThere = true;
    else if (name !== '' && ageMs > LEFT_AFTER_MS) left.push(`${CLAIMS}${name}`);
    else if (name !== '') others += 1;
  }
  // A server that does not list what it has just taken would show nobody the other one.
  if (!isOwnThere) throw new UnexpectedStatus('PROPFIND', 501);
  for (const key of left) await removeFile(session, key, signal);
  return others > 0;
}

/** Where this fails, the claim ends by itself, by its age. */
async function withdraw(session: WebdavSession, key: string): Promise<void> {
  await removeFile(session, key, undefined).catch(() => undefined);
}
