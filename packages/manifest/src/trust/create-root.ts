import { encodeBase64 } from './base64.js';
import type { PublicKey } from './public-key.js';
import { type Role, type RoleKeys, type Root, type RootKey, readRoot } from './root-document.js';

/** Options of {@link createRoot}. */
export interface CreateRootOptions {
  readonly version: number;
  /** RFC 3339 time in UTC. */
  readonly expiresAt: string;
  /** The keys of each role. One key may stand in several, though then losing it loses them all. */
  readonly keys: Readonly<Record<Role, readonly PublicKey[]>>;
  /** How many keys of a role must sign. Default 1 each. */
  readonly thresholds?: Partial<Readonly<Record<Role, number>>> | undefined;
}

/** What {@link createRoot} asks of a role by default. */
export const CREATE_ROOT_DEFAULTS: { readonly threshold: number } = { threshold: 1 };

/**
 * Makes a root document out of keys. `signRoot` signs it.
 *
 * @throws ManifestError `ERR_DOCUMENT` with all problems, for example a threshold above the number of keys.
 * @example
 * const root = createRoot({ version: 1, expiresAt: '2036-01-01T00:00:00Z', keys: { root: [a], release: [b], channel: [c] } });
 * root.roles.release; // → { keyids: [b.keyid], threshold: 1 }
 */
export function createRoot(options: CreateRootOptions): Root {
  const { version, expiresAt, keys } = options;
  const listed: Record<string, RootKey> = {};
  for (const { keyid, algorithm, spki } of [...keys.root, ...keys.release, ...keys.channel]) {
    listed[keyid] = { algorithm, spki: encodeBase64(spki) };
  }
  const roleOf = (role: Role): RoleKeys => ({
    keyids: keys[role].map((key) => key.keyid),
    threshold: options.thresholds?.[role] ?? CREATE_ROOT_DEFAULTS.threshold,
  });
  const roles = { root: roleOf('root'), release: roleOf('release'), channel: roleOf('channel') };
  return readRoot({ format: 'lading.root/1', version, expiresAt, keys: listed, roles });
}
