import { printable } from '../../printable.js';
import { PublishError } from '../../publish-error.js';
import type { ListedObject } from '../../publish-target.js';
import { compareKeys, targetKeyProblem } from '../../target-key.js';
import { readFolder, type WebdavProperties } from './webdav-properties.js';
import { urlOf, WEBDAV_RESERVED_FOLDER, type WebdavSession } from './webdav-session.js';

/** How many names one folder may hold: they are sorted in memory. */
const MAX_FOLDER_ENTRIES = 1_000_000;

/** A file, or, with a slash at the end of its key, a folder. */
interface Entry {
  readonly key: string;
  readonly sizeBytes: number;
  readonly modifiedAt: Date | undefined;
}

/**
 * Lists all files whose key starts with a prefix, in the order of their keys' bytes, folder by folder: servers refuse to
 * list whole trees at once. Names that can be no key are not objects of the target and stay out.
 */
export async function* listWebdav(
  session: WebdavSession,
  prefix: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<ListedObject> {
  const stack = (await entriesBelow(session, prefix.slice(0, prefix.lastIndexOf('/') + 1), prefix, signal)).reverse();
  for (let entry = stack.pop(); entry !== undefined; entry = stack.pop()) {
    signal?.throwIfAborted();
    if (!entry.key.endsWith('/')) yield entry;
    else for (const child of (await entriesBelow(session, entry.key, prefix, signal)).reverse()) stack.push(child);
  }
}

/** With the slash at the end of folders their order is that of all keys below them. */
async function entriesBelow(
  session: WebdavSession,
  folder: string,
  prefix: string,
  signal: AbortSignal | undefined,
): Promise<Entry[]> {
  const entries: Entry[] = [];
  const url = urlOf(session, folder);
  for await (const properties of readFolder(session, url, { signal })) {
    const name = nameBelow(url, properties);
    const key = `${folder}${name}`;
    if (name === '' || key === WEBDAV_RESERVED_FOLDER || targetKeyProblem(key) !== undefined) continue;
    if (entries.length === MAX_FOLDER_ENTRIES) throw tooManyError(folder);
    const { isFolder, sizeBytes = 0, modifiedAt } = properties;
    if (isFolder && mayHold(`${key}/`, prefix)) entries.push({ key: `${key}/`, sizeBytes, modifiedAt });
    if (!isFolder && key.startsWith(prefix)) entries.push({ key, sizeBytes, modifiedAt });
  }
  return entries.sort((a, b) => compareKeys(a.key, b.key));
}

function mayHold(folder: string, prefix: string): boolean {
  return folder.startsWith(prefix) || prefix.startsWith(folder);
}

/** The name of an entry, without slash; nothing for the folder itself. */
export function nameBelow(folder: URL, { href }: WebdavProperties): string {
  let path: string;
  try {
    path = decodeURIComponent(new URL(href, folder).pathname);
  } catch (error) {
    throw hrefError(href, 'is no URL of UTF-8', error);
  }
  const base = decodeURIComponent(folder.pathname);
  if (`${path}/` === base || path === base) return '';
  const name = path.startsWith(base) ? path.slice(base.length).replace(/\/$/, '') : undefined;
  if (name === undefined || name.includes('/')) throw hrefError(href, `is not in ${folder.pathname}`);
  return name;
}

function hrefError(href: string, problem: string, cause?: unknown): PublishError {
  return new PublishError('ERR_TARGET_FAILED', `The server lists "${printable(href)}", which ${problem}`, {
    ...(cause === undefined ? {} : { cause }),
    details: { href: printable(href), problem },
    hint: 'A proxy may change paths on their way to the server. Use the path under which the server itself knows the folder.',
  });
}

function tooManyError(folder: string): PublishError {
  const message = `Folder "${folder}" has more than ${MAX_FOLDER_ENTRIES} entries`;
  return new PublishError('ERR_TARGET_TOO_LARGE', message, { details: { folder, maxEntries: MAX_FOLDER_ENTRIES } });
}
