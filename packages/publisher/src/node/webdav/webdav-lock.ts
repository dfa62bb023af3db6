import { pause } from '../../pause.js';
import { PublishError } from '../../publish-error.js';
import { underClaim } from './webdav-claim.js';
import { UnexpectedStatus } from './webdav-error.js';
import { ensureFolders } from './webdav-folders.js';
import { exchange } from './webdav-request.js';
import { urlOf, WEBDAV_RESERVED_FOLDER, type WebdavSession } from './webdav-session.js';

const LOCK_KEY = `${WEBDAV_RESERVED_FOLDER}/lock`;
/** How long the server keeps the lock of a process that was killed. */
const LOCK_SECONDS = 30;
/** What is done must end well before others take it for left. */
const WORK_MS = 15_000;
/** Outlasts a lock that nobody gives back. */
const PATIENCE_MS = (LOCK_SECONDS + 15) * 1_000;

/** Apache answers 500 to some of many who ask at the same moment; so often it may, then something else is wrong. */
const MAX_FAILURES = 5;

const QUESTION =
  '<?xml version="1.0" encoding="utf-8"?>\n<D:lockinfo xmlns:D="DAV:"><D:lockscope><D:exclusive/></D:lockscope>' +
  '<D:locktype><D:write/></D:locktype><D:owner>lading publish</D:owner></D:lockinfo>';

/**
 * Runs work while no other process that uses this target does. A lock of the server keeps those who wait in a row; that only
 * one works is left to claims, because some servers give one lock to two who ask at the same moment (Apache with threads), and
 * some have none.
 */
export async function alone<T>(
  session: WebdavSession,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const token = session.learned.hasLocks ? await takeLock(session, signal) : undefined;
  if (token === undefined) session.learned.hasLocks = false;
  try {
    return await underClaim(session, signal, () => inTime(signal, work));
  } finally {
    if (token !== undefined) await giveBack(session, token);
  }
}

async function inTime<T>(signal: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const limit = AbortSignal.timeout(WORK_MS);
  try {
    return await work(signal === undefined ? limit : AbortSignal.any([signal, limit]));
  } catch (error) {
    signal?.throwIfAborted();
    throw limit.aborted ? tooSlowError() : error;
  }
}

/** Where this fails the lock ends by itself, and what was done under it stands. */
async function giveBack(session: WebdavSession, token: string): Promise<void> {
  const headers = { 'lock-token': `<${token}>` };
  await exchange(session.connection, { method: 'UNLOCK', url: urlOf(session, LOCK_KEY), headers }).catch(
    () => undefined,
  );
}

async function takeLock(session: WebdavSession, signal: AbortSignal | undefined): Promise<string | undefined> {
  await ensureFolders(session, LOCK_KEY);
  let failures = 0;
  for (let waitedMs = 0, delayMs = 20; ; waitedMs += delayMs, delayMs = Math.min(delayMs * 1.5, 500)) {
    const { status, headers } = await exchange(session.connection, {
      method: 'LOCK',
      url: urlOf(session, LOCK_KEY),
      headers: { depth: '0', timeout: `Second-${LOCK_SECONDS}`, 'content-type': 'application/xml; charset=utf-8' },
      body: QUESTION,
      signal,
    });
    if (status === 405 || status === 501) return undefined;
    const token = /^<(.+)>$/.exec([headers['lock-token']].flat()[0] ?? '')?.[1];
    if (status < 300 && token !== undefined) return token;
    // A lock that it gave with an answer of 500 is nobody's, and ends by itself before patience does.
    const isWorthAsking = status === 423 || ((status === 500 || status === 503) && ++failures <= MAX_FAILURES);
    if (!isWorthAsking || waitedMs > PATIENCE_MS) throw new UnexpectedStatus('LOCK', status);
    await pause(delayMs, signal);
  }
}

function tooSlowError(): PublishError {
  return new PublishError('ERR_TARGET_UNREACHABLE', `The server took longer than ${WORK_MS} ms for a small file`, {
    details: { limitMs: WORK_MS },
    hint: 'Run the command again: it goes on where it stopped.',
    retryable: true,
  });
}
