import type { IncomingMessage } from 'node:http';

/** What a server in memory holds. Paths are decoded and start with `/`; those of folders end with it. */
export interface WebdavStore {
  readonly files: Map<string, StoredFile>;
  readonly folders: Set<string>;
  /** Token of the lock of a path. */
  readonly locks: Map<string, string>;
  readonly hasLocks: boolean;
  readonly hasConditions: boolean;
  readonly hasEtags: boolean;
  readonly newId: () => string;
}

interface StoredFile {
  readonly bytes: Buffer;
  readonly etag: string;
  readonly contentType: string;
  modifiedAt: Date;
}

/** What is answered to a request. */
export interface WebdavReply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | Buffer | undefined;
}

/** Does what a request asks. Synchronous, so that each request is one step for all others. */
export function answerWebdav(store: WebdavStore, request: IncomingMessage, body: Buffer): WebdavReply {
  const path = decodeURIComponent(new URL(request.url ?? '/', 'http://host').pathname);
  switch (request.method) {
    case 'OPTIONS':
      return { status: 200, headers: { dav: store.hasLocks ? '1, 2' : '1' } };
    case 'PROPFIND':
      return findProperties(store, path, request.headers.depth);
    case 'GET':
    case 'HEAD':
      return read(store, path);
    case 'PUT':
      return write(store, path, request, body);
    case 'MKCOL':
      return makeFolder(store, path);
    case 'MOVE':
      return move(store, path, request);
    case 'DELETE':
      return { status: store.files.delete(path) || store.folders.delete(folderOf(path)) ? 204 : 404 };
    case 'LOCK':
      return lock(store, path);
    case 'UNLOCK':
      return unlock(store, path, request);
    default:
      return { status: 405 };
  }
}

function findProperties(store: WebdavStore, path: string, depth: unknown): WebdavReply {
  if (store.files.has(path)) return multistatus(store, [path]);
  const folder = folderOf(path);
  if (!store.folders.has(folder)) return { status: 404 };
  if (depth === 'infinity' || depth === undefined) return { status: 403 };
  const children = [...store.files.keys(), ...store.folders].filter(
    (child) => depth === '1' && child !== folder && parentOf(child) === folder,
  );
  return multistatus(store, [folder, ...children]);
}

function multistatus(store: WebdavStore, paths: readonly string[]): WebdavReply {
  const responses = paths.map((path) => {
    const file = store.files.get(path);
    const found =
      file === undefined
        ? '<x:resourcetype><x:collection/></x:resourcetype>'
        : `<x:resourcetype/><x:getcontentlength>${file.bytes.length}</x:getcontentlength><x:getlastmodified>${file.modifiedAt.toUTCString()}</x:getlastmodified>${
            store.hasEtags ? `<x:getetag>${file.etag}</x:getetag>` : ''
          }`;
    const href = path.split('/').map(encodeURIComponent).join('/').replaceAll('&', '&amp;');
    return `<x:response><x:href>${href}</x:href><x:propstat><x:prop>${found}</x:prop><x:status>HTTP/1.1 200 OK</x:status></x:propstat></x:response>`;
  });
  const body = `<?xml version="1.0"?><!-- in memory --><x:multistatus xmlns:x="DAV:">${responses.join('\n')}</x:multistatus>`;
  return { status: 207, headers: { 'content-type': 'application/xml' }, body };
}

function read(store: WebdavStore, path: string): WebdavReply {
  const file = store.files.get(path);
  if (file === undefined && store.folders.has(`${path}/`)) return { status: 301, headers: { location: `${path}/` } };
  if (file === undefined) return { status: 404 };
  return {
    status: 200,
    headers: {
      'content-type': file.contentType,
      'content-length': String(file.bytes.length),
      'last-modified': file.modifiedAt.toUTCString(),
      ...(store.hasEtags ? { etag: file.etag } : {}),
    },
    body: file.bytes,
  };
}

function write(store: WebdavStore, path: string, { headers }: IncomingMessage, bytes: Buffer): WebdavReply {
  const current = store.files.get(path);
  if (store.folders.has(`${path}/`)) return { status: 405 };
  if (!store.folders.has(parentOf(path))) return { status: 409 };
  if (store.locks.has(path)) return { status: 423 };
  if (store.hasConditions && !holds(headers, current)) return { status: 412 };
  const contentType = headers['content-type'] ?? 'application/octet-stream';
  store.files.set(path, { bytes, contentType, etag: `"${store.newId()}"`, modifiedAt: new Date() });
  return { status: current === undefined ? 201 : 204 };
}

function holds(headers: IncomingMessage['headers'], current: StoredFile | undefined): boolean {
  const match = headers['if-match'];
  if (match !== undefined && (current === undefined || (match !== '*' && match !== current.etag))) return false;
  return headers['if-none-match'] !== '*' || current === undefined;
}

function makeFolder(store: WebdavStore, path: string): WebdavReply {
  const folder = folderOf(path);
  if (store.folders.has(folder) || store.files.has(path)) return { status: 405 };
  if (!store.folders.has(parentOf(folder))) return { status: 409 };
  store.folders.add(folder);
  return { status: 201 };
}

function move(store: WebdavStore, from: string, { headers }: IncomingMessage): WebdavReply {
  const destination = new URL(String(headers.destination));
  if (destination.host !== headers.host) return { status: 502 };
  const to = decodeURIComponent(destination.pathname);
  const file = store.files.get(from);
  if (file === undefined) return { status: 404 };
  if (!store.folders.has(parentOf(to))) return { status: 409 };
  const isThere = store.files.has(to);
  if (isThere && headers.overwrite === 'F') return { status: 412 };
  store.files.delete(from);
  store.files.set(to, file);
  return { status: isThere ? 204 : 201 };
}

/** A lock of nothing makes an empty file, as RFC 4918 has it. Locks do not end by themselves here. */
function lock(store: WebdavStore, path: string): WebdavReply {
  if (!store.hasLocks) return { status: 405 };
  if (store.locks.has(path)) return { status: 423 };
  const token = `urn:uuid:${store.newId()}`;
  store.locks.set(path, token);
  if (!store.files.has(path)) {
    const empty = {
      bytes: Buffer.alloc(0),
      contentType: 'text/plain',
      etag: `"${store.newId()}"`,
      modifiedAt: new Date(),
    };
    store.files.set(path, empty);
  }
  return { status: 200, headers: { 'lock-token': `<${token}>` } };
}

function unlock(store: WebdavStore, path: string, { headers }: IncomingMessage): WebdavReply {
  if (headers['lock-token'] !== `<${store.locks.get(path)}>`) return { status: 409 };
  store.locks.delete(path);
  return { status: 204 };
}

function folderOf(path: string): string {
  return path.endsWith('/') ? path : `${path}/`;
}

function parentOf(path: string): string {
  return path.slice(0, path.replace(/\/$/, '').lastIndexOf('/') + 1);
}
