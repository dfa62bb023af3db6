import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** How many bytes the files of a folder hold, and how many files there are. */
export function folderSize(folder: string): { readonly files: number; readonly bytes: number } {
  if (!existsSync(folder)) return { files: 0, bytes: 0 };
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const stats = names.map((name) => statSync(join(folder, name))).filter((stat) => stat.isFile());
  return { files: stats.length, bytes: stats.reduce((sum, { size }) => sum + size, 0) };
}
