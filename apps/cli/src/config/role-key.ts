import { ManifestError, type Role, type SigningKey, type TrustedRoot, trustRoot } from '@lading/manifest';
import { usageError } from '../cli-error.js';
import type { CommandContext } from '../command-context.js';
import { type KeyRing, keyFile, loadKeyRing, loadTrust, ROOT_FILE } from './keys.js';
import { loadConfig } from './load-config.js';

/** A key for a role, and the root that says so. */
export interface RoleKey {
  readonly key: SigningKey;
  readonly root: TrustedRoot;
  readonly ring: KeyRing;
}

/** Flags that name a key. */
export interface KeyOptions {
  readonly key?: string | undefined;
  readonly trust?: string | undefined;
}

/**
 * Loads the key of a role from `--key` or the configuration, and the root beside it or from `--trust`; refuses a key that
 * the root does not name for the role, before any work is done.
 *
 * @throws CliError `ERR_USAGE` where no key or root is named; ManifestError `ERR_KEY`, `ERR_TRUST_SIGNATURE`.
 */
export async function loadRoleKey(context: CommandContext, role: Role, options: KeyOptions): Promise<RoleKey> {
  const { config, dir } = await loadConfig(context.cwd, context.configFile);
  const setting = options.key ?? config.sign?.key;
  if (setting === undefined) {
    throw usageError(`no ${role} key is given`, 'Make keys with lading keys new --out keys, then pass --key keys.');
  }
  const ring = await loadKeyRing(context, setting, options.key === undefined ? dir : context.cwd);
  const key = ring.key(role);
  if (key === undefined)
    throw usageError(`${setting} holds no ${keyFile(role)}`, `Pass the ${role} key itself, or a folder that has it.`);
  const named = await loadTrust(context, options.trust);
  const root = named === undefined ? ring.root : await trustRoot(named);
  if (root === undefined) {
    throw usageError(
      `there is no ${ROOT_FILE} beside ${setting}`,
      `Pass the public root that the key belongs to: --trust ${ROOT_FILE}.`,
    );
  }
  assertMaySign(root, role, key);
  return { key, root, ring };
}

function assertMaySign({ root }: TrustedRoot, role: Role, key: SigningKey): void {
  const { keyids } = root.roles[role];
  if (keyids.includes(key.keyid)) return;
  throw new ManifestError(
    'ERR_TRUST_SIGNATURE',
    `Root ${root.version} does not let key ${key.keyid.slice(0, 16)}… sign as ${role}`,
    {
      details: { keyid: key.keyid, role, expected: [...keyids] },
      hint: `Use the ${role} key that lading keys new made together with this root.`,
    },
  );
}
