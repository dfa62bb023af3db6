import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Top folder of the workspace. */
export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');

/** The command line that runs the pinned pnpm, whatever is installed on the machine. */
export function pnpm(...args) {
  const { packageManager } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  return ['npx', '-y', packageManager, ...args];
}

/** Keeps a small fact about this checkout (which lockfile is installed) beside what it is about. */
export function stamp(name) {
  const file = join(ROOT, 'node_modules', `.lading-${name}`);
  return {
    read: () => (existsSync(file) ? readFileSync(file, 'utf8') : ''),
    write: (value) => {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, value);
    },
  };
}

/** SHA-256 in hex of files of the workspace, their order included. */
export function hashFiles(...names) {
  const hash = createHash('sha256');
  for (const name of names) hash.update(readFileSync(join(ROOT, name)));
  return hash.digest('hex');
}
