import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { readInput } from '../read-input.js';
import type { FoundPublicKey } from './inspect-manifest.js';

const MAX_KEY_BYTES = 64 * 1024;

/**
 * Finds the public key that belongs to a manifest: the one the user names, else the one beside the file (Bob writes
 * `game.public.der`, an HTML5 bundle `game0.public.der` in `archive/`). Of several, the one that shares the file's stem.
 */
export async function findPublicKey(file: string, named: string | undefined): Promise<FoundPublicKey | undefined> {
  if (named !== undefined) return { file: named, der: await readInput(named, MAX_KEY_BYTES) };
  for (const dir of [dirname(file), join(dirname(file), 'archive')]) {
    const names = await publicKeysIn(dir);
    const stem = basename(file).split('.')[0] ?? '';
    const name = names.find((n) => n.split('.')[0] === stem) ?? (names.length === 1 ? names[0] : undefined);
    if (name !== undefined) return { file: join(dir, name), der: await readInput(join(dir, name), MAX_KEY_BYTES) };
  }
  return undefined;
}

async function publicKeysIn(dir: string): Promise<string[]> {
  const names = await readdir(dir).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR' || error.code === 'EACCES') return [];
    throw error;
  });
  return names.filter((name) => name.endsWith('.public.der')).sort();
}
