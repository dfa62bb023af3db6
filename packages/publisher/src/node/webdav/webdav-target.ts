import { bodySizeBytes } from '../../object-body.js';
import { printable } from '../../printable.js';
import { PublishError } from '../../publish-error.js';
import type { PublishTarget, TargetCallOptions } from '../../publish-target.js';
import { assertTargetKey } from '../../target-key.js';
import { webdavError } from './webdav-error.js';
import { listWebdav } from './webdav-list.js';
import { assertWebdavOptions, type WebdavTargetOptions } from './webdav-options.js';
import { putNew } from './webdav-put.js';
import { putWebdavIf } from './webdav-put-if.js';
import { getWebdav, headWebdav, writtenInfo } from './webdav-read.js';
import { removeFile } from './webdav-remove.js';
import { openWebdav, WEBDAV_RESERVED_FOLDER, type WebdavSession } from './webdav-session.js';

/**
 * Makes a publish target of a folder on a WebDAV server: Apache, lighttpd, nginx with dav-ext, rclone, or what a host
 * offers. Nothing is sent before the first call.
 *
 * `put` uploads under a name of its own and moves the file into place. `putIf` is atomic among all that publish to this
 * folder, whatever the server makes of conditions and locks. Versions of objects up to 64 KiB are digests of their
 * content, because servers count time in seconds; larger ones have the server's etag. Headers are not stored: whoever serves
 * the folder decides them.
 *
 * @throws PublishError `ERR_TARGET_URL` with all problems of the options. From the calls: `ERR_TARGET_FORBIDDEN` (401, 403),
 * `ERR_TARGET_MISSING` (the folder above is not there), `ERR_TARGET_UNREACHABLE` (network; retryable unless it is the
 * certificate), `ERR_TARGET_UNSUPPORTED` (no WebDAV), `ERR_TARGET_FAILED` (all others, with `details.method` and
 * `details.status`; retryable for 408, 423, 429 and 5xx).
 * @example
 * const target = webdavTarget({ url: 'https://files.example.com/games', authorization: webdavAuthorization(process.env) });
 * await target.put('archives/a.zip', bytes, { contentType: 'application/zip', cacheControl: 'no-cache' });
 */
export function webdavTarget(options: WebdavTargetOptions): PublishTarget {
  assertWebdavOptions(options);
  const name = printable(options.url);
  let opening: Promise<WebdavSession> | undefined;

  /** Opened once for all calls, so that an abort of one leaves it to the others. What failed to open is tried again. */
  async function open(signal: AbortSignal | undefined): Promise<WebdavSession> {
    opening ??= openWebdav(options).catch((error: unknown) => {
      opening = undefined;
      throw error;
    });
    return untilAborted(opening, signal);
  }

  async function call<T>(
    doing: string,
    key: string,
    callOptions: TargetCallOptions | undefined,
    action: (session: WebdavSession, callOptions: TargetCallOptions) => Promise<T>,
  ): Promise<T> {
    assertKey(key);
    const { signal } = callOptions ?? {};
    signal?.throwIfAborted();
    try {
      return await action(await open(signal), rising(callOptions ?? {}));
    } catch (error) {
      signal?.throwIfAborted();
      throw webdavError(error, { target: name, doing, key });
    }
  }

  return {
    name,
    capabilities: { conditionalPut: true },
    head: (key, callOptions) => call('read', key, callOptions, (session, rest) => headWebdav(session, key, rest)),
    get: (key, callOptions) =>
      call('read', key, callOptions, async (session, rest) => {
        const got = await getWebdav(session, key, { ...rest, maxBytes: callOptions.maxBytes });
        return got && { info: got.info, bytes: got.bytes };
      }),
    put: (key, body, meta, callOptions) =>
      call('write', key, callOptions, async (session, rest) => {
        const digest = await putNew(session, { key, body, meta }, rest);
        return writtenInfo(session, key, { sizeBytes: bodySizeBytes(body), digest }, rest);
      }),
    putIf: (key, body, meta, condition, callOptions) =>
      call('write', key, callOptions, (session, rest) => putWebdavIf(session, { key, body, meta, condition }, rest)),
    async *list(prefix, callOptions = {}) {
      const { signal } = callOptions;
      signal?.throwIfAborted();
      try {
        yield* listWebdav(await open(signal), prefix, signal);
      } catch (error) {
        signal?.throwIfAborted();
        throw webdavError(error, { target: name, doing: 'list' });
      }
    },
    remove: (key, callOptions) =>
      call('delete', key, callOptions, (session, { signal }) => removeFile(session, key, signal)),
    publicUrl(key) {
      if (options.publicUrl === undefined) return undefined;
      return `${options.publicUrl.replace(/\/+$/, '')}/${key.split('/').map(encodeURIComponent).join('/')}`;
    },
    async close() {
      (await opening?.catch(() => undefined))?.connection.agent.destroy(); // one that never opened has nothing to close
      opening = undefined;
    },
  };
}

function assertKey(key: string): void {
  assertTargetKey(key);
  if (key !== WEBDAV_RESERVED_FOLDER && !key.startsWith(`${WEBDAV_RESERVED_FOLDER}/`)) return;
  const problem = `starts with ${WEBDAV_RESERVED_FOLDER}, which is reserved`;
  throw new PublishError('ERR_TARGET_KEY', `Key "${printable(key)}" ${problem}`, {
    details: { key: printable(key), problem },
  });
}

/** Progress that never falls, though bytes may be sent again. */
function rising({ onProgress, ...options }: TargetCallOptions): TargetCallOptions {
  if (onProgress === undefined) return options;
  let most = -1;
  return {
    ...options,
    onProgress(sentBytes) {
      if (sentBytes <= most) return;
      most = sentBytes;
      onProgress(sentBytes);
    },
  };
}

/** Waits for what others wait for, too, until it is there or the signal says that it is not wanted any more. */
async function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  signal.throwIfAborted();
  let stop: (() => void) | undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    if (stop !== undefined) signal.removeEventListener('abort', stop);
  }
}
