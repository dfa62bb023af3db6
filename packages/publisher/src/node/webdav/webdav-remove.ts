import { UnexpectedStatus } from './webdav-error.js';
import { exchange } from './webdav-request.js';
import { urlOf, type WebdavSession } from './webdav-session.js';

/** Deletes a file; what is not there is fine. */
export async function removeFile(session: WebdavSession, key: string, signal: AbortSignal | undefined): Promise<void> {
  const { status } = await exchange(session.connection, { method: 'DELETE', url: urlOf(session, key), signal });
  if (status >= 300 && status !== 404 && status !== 410) throw new UnexpectedStatus('DELETE', status);
}
