import type { Dirent } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { type Problem, resourcePathProblem } from '@lading/manifest';
import { printable, splitProblems } from '../split-error.js';
import { contentReadError, missingContent } from './content-errors.js';
import type { ContentOptions, ContentSource } from './content-source.js';
import { listFolder, readWholeFile } from './publisher-folder.js';

/** The largest file that is read as a whole, in bytes: 2 GiB - 1, what one buffer takes. Archives stream larger ones. */
const MAX_WHOLE_FILE_BYTES = 2_147_483_647;

/**
 * Opens a plain directory: the file `levels/1.json` is the resource `/levels/1.json`. The listing is taken once, on
 * opening. Names are taken in Unicode normal form C, whatever the file system keeps. Links may point anywhere inside the
 * directory, and nowhere else. The bytes of a file are not verified: there is nothing to hold them against.
 *
 * @throws SplitError `ERR_CONTENT_FORMAT` for names that are no resource paths, names that differ only in their Unicode
 *   form, and links that leave the directory, all at once; `ERR_CONTENT_MISSING` where there is no such directory.
 */
export async function directoryContent(directory: string, options: ContentOptions = {}): Promise<ContentSource> {
  const files = await listFiles(directory, options.signal);
  const read: ContentSource['read'] = async (resource, { signal } = {}) => {
    const file = files.get(resource.path);
    if (file === undefined) throw missingContent(directory, resource);
    return readWholeFile(file, { maxBytes: MAX_WHOLE_FILE_BYTES, signal });
  };
  return {
    name: directory,
    stat: async ({ path }) => {
      const file = files.get(path);
      if (file === undefined) return undefined;
      try {
        return { sizeBytes: (await stat(file)).size };
      } catch (error) {
        throw contentReadError(file, error);
      }
    },
    read,
    fileOf: ({ path }) => files.get(path),
    close: async () => {},
  };
}

/** Files by resource path. */
async function listFiles(directory: string, signal: AbortSignal | undefined): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  const problems: Problem[] = [];
  const root = await resolved(directory);
  const pending: { readonly folder: string; readonly path: string }[] = [{ folder: directory, path: '' }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    signal?.throwIfAborted();
    for (const entry of await listFolder(next.folder)) {
      const file = join(next.folder, entry.name);
      const path = `${next.path}/${entry.name.normalize('NFC')}`;
      const kind = await kindOf(file, entry, root);
      if (kind === 'folder') pending.push({ folder: file, path });
      else if (kind === 'file') addFile(files, problems, { file, path });
      else problems.push({ path, problem: kind });
    }
  }
  if (problems.length === 0) return files;
  throw splitProblems('ERR_CONTENT_FORMAT', `${printable(directory)} cannot be content`, problems);
}

function addFile(
  files: Map<string, string>,
  problems: Problem[],
  { file, path }: { file: string; path: string },
): void {
  const problem = resourcePathProblem(path);
  if (problem !== undefined) problems.push({ path, problem });
  else if (files.has(path)) problems.push({ path, problem: 'is there twice, in two Unicode forms' });
  else files.set(path, file);
}

/** What a directory entry is, or what is wrong with it. */
async function kindOf(file: string, entry: Dirent, root: string): Promise<string> {
  if (entry.isDirectory()) return 'folder';
  if (entry.isFile()) return 'file';
  if (!entry.isSymbolicLink()) return 'is neither a file nor a folder';
  const target = await resolved(file);
  if (!target.startsWith(`${root}${sep}`)) return 'is a link that leaves the directory';
  // A link to a folder could close a circle; one to a file cannot.
  return (await stat(target)).isFile() ? 'file' : 'is a link to a folder';
}

async function resolved(file: string): Promise<string> {
  try {
    return await realpath(file);
  } catch (error) {
    throw contentReadError(file, error);
  }
}
