import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { printable } from '../printable.js';
import { PublishError } from '../publish-error.js';

/** What a path or a `file:` URL says of a target. */
export interface FolderDescription {
  readonly kind: 'folder';
  /** Absolute path. */
  readonly dir: string;
}

/**
 * Reads a path or a `file:` URL. A path is resolved against `cwd` (default: the process's).
 *
 * @throws PublishError `ERR_TARGET_URL` for an empty text, a zero byte, or a `file:` URL with host, query or fragment.
 * @example
 * parseFolderUrl('file:///srv/content').dir; // → '/srv/content'
 */
export function parseFolderUrl(text: string, options: { readonly cwd?: string | undefined } = {}): FolderDescription {
  if (text === '') throw urlError(text, 'is empty');
  if (text.includes('\0')) throw urlError(text, 'has a zero byte');
  if (!/^file:/i.test(text)) return { kind: 'folder', dir: resolve(options.cwd ?? process.cwd(), text) };
  return { kind: 'folder', dir: pathOf(text) };
}

function pathOf(text: string): string {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw urlError(text, 'is no URL');
  }
  if (url.search !== '' || url.hash !== '') throw urlError(text, 'has a query or a fragment, which no folder has');
  try {
    return fileURLToPath(url);
  } catch (error) {
    throw urlError(text, error instanceof Error ? error.message : 'is no path of this system');
  }
}

function urlError(text: string, problem: string): PublishError {
  return new PublishError('ERR_TARGET_URL', `Target "${printable(text)}" ${printable(problem)}`, {
    details: { target: printable(text), problems: [{ path: '', problem: printable(problem) }] },
    hint: 'Write a path (dist/content) or a file URL (file:///srv/content); encode ? and # in a file URL.',
  });
}
