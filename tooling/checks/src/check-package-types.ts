import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readTarballs, type Tarball } from './packages/tarballs.js';

const ATTW = join(import.meta.dirname, '../node_modules/@arethetypeswrong/cli/dist/index.js');

// `pnpm check:packages`: arethetypeswrong over every packed package that has types.
const typed = readTarballs().filter(hasTypes);
const failed = typed.filter((tarball) => !passes(tarball));
console.log(failed.length === 0 ? `${typed.length} packages` : `${failed.length} to mend`);
process.exitCode = failed.length === 0 ? 0 : 1;

function hasTypes({ paths }: Tarball): boolean {
  return paths.some((path) => path.endsWith('.d.ts'));
}

function passes({ name, file }: Tarball): boolean {
  if (!existsSync(ATTW)) throw new Error('arethetypeswrong is not installed');
  const result = spawnSync(process.execPath, [ATTW, file, '--profile', 'esm-only', '--no-color', '--no-emoji'], {
    encoding: 'utf8',
  });
  if (result.status !== 0) console.log(`${name}:\n${result.stdout}${result.stderr}`);
  return result.status === 0;
}
