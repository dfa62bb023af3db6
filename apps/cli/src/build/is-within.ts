import { sep } from 'node:path';

/** Tells whether an absolute path is a folder, or something in it. */
export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : `${folder}${sep}`);
}
