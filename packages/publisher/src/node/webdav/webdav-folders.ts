import { UnexpectedStatus } from './webdav-error.js';
import { readProperties } from './webdav-properties.js';
import { exchange } from './webdav-request.js';
import { urlOf, type WebdavSession } from './webdav-session.js';

/** Makes the folders down to a key, each once in a session, for all calls that need it: an abort of one ends nothing here. */
export async function ensureFolders(session: WebdavSession, key: string): Promise<void> {
  const segments = key.split('/').slice(0, -1);
  for (let depth = 0; depth <= segments.length; depth++) {
    const folder = segments
      .slice(0, depth)
      .map((segment) => `${segment}/`)
      .join('');
    let making = session.folders.get(folder);
    if (making === undefined) {
      making = makeFolder(session, folder);
      session.folders.set(folder, making);
      making.catch(() => session.folders.delete(folder)); // the next call tries again
    }
    await making;
  }
}

/** 405 is "there already"; racing makers get 403, 409 or 500 from Apache, so whatever else it says, one look decides. */
async function makeFolder(session: WebdavSession, folder: string): Promise<void> {
  const url = urlOf(session, folder);
  const { status } = await exchange(session.connection, { method: 'MKCOL', url });
  if (status === 200 || status === 201 || status === 405) return;
  if ((await readProperties(session, url, {}))?.isFolder !== true) throw new UnexpectedStatus('MKCOL', status);
}
