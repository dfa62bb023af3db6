import { PublishError } from '../../publish-error.js';
import { UnexpectedStatus } from './webdav-error.js';
import { authorizationHeader, WEBDAV_TARGET_DEFAULTS, type WebdavTargetOptions } from './webdav-options.js';
import { readProperties } from './webdav-properties.js';
import { openConnection, send, type WebdavConnection } from './webdav-request.js';

/** Folder inside a target where unfinished files and the lock stand. Never listed, never a key. */
export const WEBDAV_RESERVED_FOLDER = '.lading';

/** A target that has been looked at. One for each target, made at its first call. */
export interface WebdavSession {
  readonly connection: WebdavConnection;
  /** URL of the folder, with a slash at the end. */
  readonly base: string;
  /** Folders that are there, relative to the base and with a slash at the end. */
  readonly folders: Map<string, Promise<void>>;
  /** What was learned of the server while talking to it. */
  readonly learned: {
    /** It has locks; else conditions are left to its own If-Match and If-None-Match. */
    hasLocks: boolean;
    /** It puts files in their place with MOVE; else they are written there. */
    canMove: boolean;
    /** How far the server's clock is ahead of ours. */
    readonly aheadMs: number;
    /** Unfinished files of processes that were killed have been looked for. */
    swept: Promise<void> | undefined;
  };
}

/**
 * Asks the server what it can do, and whether the folder is there, or may be made.
 *
 * @throws PublishError `ERR_TARGET_MISSING` where the folder above is not there, `ERR_TARGET_UNSUPPORTED` without WebDAV.
 */
export async function openWebdav(options: WebdavTargetOptions): Promise<WebdavSession> {
  const authorization = authorizationHeader(options.authorization);
  const connection = openConnection(options.url, {
    // What is stored is what is counted and hashed: nothing may be compressed on the way.
    headers: { 'accept-encoding': 'identity', ...(authorization === undefined ? {} : { authorization }) },
    timeoutMs: options.timeoutMs ?? WEBDAV_TARGET_DEFAULTS.timeoutMs,
  });
  const base = `${options.url.replace(/\/+$/, '')}/`;
  try {
    const { hasLocks, aheadMs } = await askServer(connection, new URL(base));
    const session: WebdavSession = {
      connection,
      base,
      folders: new Map(),
      learned: { hasLocks, canMove: true, aheadMs, swept: undefined },
    };
    await assertPlace(session);
    return session;
  } catch (error) {
    connection.agent.destroy();
    throw error;
  }
}

/** URL of a key. */
export function urlOf({ base }: WebdavSession, key: string): URL {
  return new URL(`${base}${key.split('/').map(encodeURIComponent).join('/')}`);
}

/** What `DAV: 1, 2` says: 2 is locks. Only the head counts; lighttpd does not end the body where no file is. */
async function askServer(
  connection: WebdavConnection,
  url: URL,
): Promise<{ readonly hasLocks: boolean; readonly aheadMs: number }> {
  const answer = await send(connection, { method: 'OPTIONS', url });
  answer.destroy();
  const { statusCode: status, headers } = answer;
  if (status === 401 || status === 403) throw new UnexpectedStatus('OPTIONS', status);
  const classes = [headers.dav ?? []].flat().join(',').split(',');
  const time = new Date(headers.date ?? '').getTime();
  return {
    hasLocks: status < 300 && classes.some((name) => name.trim() === '2'),
    aheadMs: Number.isNaN(time) ? 0 : time - Date.now(),
  };
}

async function assertPlace(session: WebdavSession): Promise<void> {
  const url = new URL(session.base);
  const found = await readProperties(session, url, {});
  if (found?.isFolder === true) {
    session.folders.set('', Promise.resolve());
    return;
  }
  const above =
    found === undefined && url.pathname !== '/' ? await readProperties(session, new URL('..', url), {}) : undefined;
  if (above?.isFolder === true) return;
  const problem = found === undefined ? 'is not there, and neither is the folder above it' : 'is a file, not a folder';
  throw new PublishError('ERR_TARGET_MISSING', `${session.base} ${problem}`, {
    details: { target: session.base, problem },
    hint: 'Check the URL, or make the folder above it first.',
  });
}
