import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readWorkspacePackages } from '../sources/workspace-packages.js';
import { WORKSPACE_ROOT } from '../workspace-root.js';

const FOLDER = join(WORKSPACE_ROOT, 'node_modules/.cache/lading-tarballs');
const LIST = join(FOLDER, 'tarballs.json');

/** One package as it would be published. */
export interface Tarball {
  readonly name: string;
  readonly version: string;
  /** The `.tgz`. */
  readonly file: string;
  /** Where it is unpacked. */
  readonly folder: string;
  /** Paths inside, relative to `folder`. */
  readonly paths: readonly string[];
}

interface PackedPackage {
  readonly name: string;
  readonly version: string;
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

/** Packs and unpacks every package that is not private, for this check and those after it. */
export function packTarballs(): readonly Tarball[] {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  const tarballs = pack().map(unpack);
  writeFileSync(LIST, JSON.stringify(tarballs));
  return tarballs;
}

/** The tarballs of the last {@link packTarballs}. */
export function readTarballs(): readonly Tarball[] {
  return JSON.parse(readFileSync(LIST, 'utf8'));
}

function pack(): readonly PackedPackage[] {
  const { packageManager } = JSON.parse(readFileSync(join(WORKSPACE_ROOT, 'package.json'), 'utf8'));
  const filters = readWorkspacePackages(WORKSPACE_ROOT)
    .filter(({ isPrivate }) => !isPrivate)
    .map(({ name }) => `--filter=${name}`);
  const args = ['-y', packageManager, '-r', ...filters, 'pack', '--json', '--pack-destination', FOLDER];
  return JSON.parse(
    execFileSync('npx', args, { cwd: WORKSPACE_ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }),
  );
}

function unpack({ name, version, filename, files }: PackedPackage): Tarball {
  const folder = join(FOLDER, name.replace('/', '-'));
  mkdirSync(folder, { recursive: true });
  execFileSync('tar', ['-xzf', filename, '-C', folder, '--strip-components=1']);
  // pnpm adds the workspace's licence to each package and does not list it.
  const paths = new Set([...files.map(({ path }) => path), ...listTarball(filename)]);
  return { name, version, file: filename, folder, paths: [...paths].toSorted() };
}

function listTarball(file: string): readonly string[] {
  const lines = execFileSync('tar', ['-tzf', file], { encoding: 'utf8' }).trim().split('\n');
  return lines.map((line) => line.replace(/^package\//, ''));
}
