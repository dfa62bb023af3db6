import { readFile, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import {
  importSigningKey,
  MAX_ROOT_BYTES,
  type Role,
  type SigningKey,
  type TrustedRoot,
  trustRoot,
} from '@lading/manifest';
import { usageError } from '../cli-error.js';
import type { CommandContext } from '../command-context.js';
import { readInput } from '../read-input.js';

const MAX_KEY_BYTES = 64 * 1024;

/** Name of the public root that `lading keys new` writes beside the keys. */
export const ROOT_FILE = 'root.1.json';

/** The roles that have a key. */
export const ROLES: readonly Role[] = ['root', 'release', 'channel'];

/** Name of a role's private key in a key folder. */
export function keyFile(role: Role): string {
  return `${role}.key.pem`;
}

/** Signing keys, and the root that stands beside them. */
export interface KeyRing {
  /** The key of a role, or `undefined` where the setting holds none. */
  key(role: Role): SigningKey | undefined;
  readonly root: TrustedRoot | undefined;
  /** True for a folder, which holds a key per role; one file or variable serves the role that asks. */
  readonly isFolder: boolean;
}

/**
 * Loads what `--key` names: a PEM file (used for the role that asks), a folder of `lading keys new`, or `env:NAME`.
 *
 * @throws CliError `ERR_USAGE`, `ERR_INPUT_MISSING`; ManifestError `ERR_KEY`.
 */
export async function loadKeyRing(context: CommandContext, setting: string, dir: string): Promise<KeyRing> {
  if (setting.startsWith('env:')) return envKeyRing(context, setting.slice('env:'.length));
  const path = resolve(dir, setting);
  const isFolder = await stat(path).then(
    (facts) => facts.isDirectory(),
    () => false,
  );
  return isFolder ? folderKeyRing(path) : fileKeyRing(path);
}

/** The root to trust: `--trust FILE`, a key folder, or nothing (first use). */
export async function loadTrust(context: CommandContext, setting: string | undefined): Promise<Uint8Array | undefined> {
  if (setting === undefined) return undefined;
  const path = resolve(context.cwd, setting);
  const isFolder = await stat(path).then(
    (facts) => facts.isDirectory(),
    () => false,
  );
  return readInput(isFolder ? join(path, ROOT_FILE) : path, MAX_ROOT_BYTES);
}

async function envKeyRing(context: CommandContext, name: string): Promise<KeyRing> {
  const pem = context.env[name];
  if (pem === undefined || pem === '') {
    throw usageError(
      `the environment has no ${name}`,
      `Set ${name} to the PEM text of the private key, or pass --key FILE.`,
    );
  }
  const key = await importSigningKey(pem);
  return { key: () => key, root: undefined, isFolder: false };
}

async function fileKeyRing(path: string): Promise<KeyRing> {
  const key = await importSigningKey(await readPem(path));
  return { key: () => key, root: await rootBeside(dirname(path)), isFolder: false };
}

async function folderKeyRing(dir: string): Promise<KeyRing> {
  const keys = new Map<Role, SigningKey>();
  for (const role of ROLES) {
    const pem = await readIfThere(join(dir, keyFile(role)));
    if (pem !== undefined) keys.set(role, await importSigningKey(new TextDecoder().decode(pem)));
  }
  if (keys.size === 0) {
    throw usageError(
      `${dir} holds no keys`,
      `Expected ${keyFile('release')} and ${keyFile('channel')}; lading keys new --out DIR makes them.`,
    );
  }
  return { key: (role) => keys.get(role), root: await rootBeside(dir), isFolder: true };
}

async function rootBeside(dir: string): Promise<TrustedRoot | undefined> {
  const bytes = await readIfThere(join(dir, ROOT_FILE));
  return bytes === undefined ? undefined : trustRoot(bytes);
}

async function readPem(path: string): Promise<string> {
  return new TextDecoder().decode(await readInput(path, MAX_KEY_BYTES));
}

async function readIfThere(path: string): Promise<Uint8Array | undefined> {
  try {
    return new Uint8Array(await readFile(path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
