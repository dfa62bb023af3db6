import { ManifestError } from '../manifest-error.js';
import { MAX_ROOT_BYTES } from './bucket-layout.js';
import { decodeEnvelope, PAYLOAD_TYPES } from './envelope.js';
import { openEnvelope } from './open-envelope.js';
import { assertKeyids, roleKeys } from './role-keys.js';
import { parseRoot, type Role, type RoleKeys, type Root } from './root-document.js';

/** A root that is trusted: it was pinned, or reached from a pinned one step by step. */
export interface TrustedRoot {
  readonly root: Root;
  /** Its envelope, to be kept: `trustRoot` reads it back. */
  readonly bytes: Uint8Array;
}

/**
 * Trusts a root because the caller says so: it came with the app, or was stored by {@link updateRoot}. Checks that it is
 * whole and signed by its own root keys. It may have expired: only the newest root's expiry counts, in `verifyChannel`.
 *
 * @throws ManifestError `ERR_TOO_LARGE`, `ERR_ENVELOPE`, `ERR_TRUST_TYPE`, `ERR_DOCUMENT`, `ERR_TRUST_SIGNATURE`.
 */
export async function trustRoot(bytes: Uint8Array): Promise<TrustedRoot> {
  // The one document that is parsed before it verifies: the keys to verify it with are inside.
  const own = new Uint8Array(bytes);
  return openByOwnKeys(own, decodeEnvelope(own, MAX_ROOT_BYTES).payload);
}

/**
 * Goes one step along the chain: the next root must be signed by a threshold of the trusted root's keys and by a threshold
 * of its own. Store the result before the next step. Fetch version N+1 until there is none, at most 256 at a time.
 *
 * @throws ManifestError `ERR_TRUST_SIGNATURE` (either threshold not reached), `ERR_TRUST_ROLLBACK` (not newer),
 * `ERR_TRUST_ROOT` (a version was skipped), and what {@link trustRoot} throws.
 */
export async function updateRoot(trusted: TrustedRoot, nextBytes: Uint8Array): Promise<TrustedRoot> {
  const byOldKeys = { payloadType: PAYLOAD_TYPES.root, ...(await roleKeys(trusted.root, 'root')) };
  const own = new Uint8Array(nextBytes); // Both times the same bytes, whatever the caller does with its buffer.
  const next = await openByOwnKeys(own, await openEnvelope(own, byOldKeys));
  const expected = trusted.root.version + 1;
  const actual = next.root.version;
  if (actual === expected) return next;
  throw new ManifestError(
    actual < expected ? 'ERR_TRUST_ROLLBACK' : 'ERR_TRUST_ROOT',
    `Next root must have version ${expected}, has ${actual}`,
    { details: { expected, actual }, hint: `Fetch root/${expected}.json; roots are taken one at a time.` },
  );
}

async function openByOwnKeys(bytes: Uint8Array, payload: Uint8Array): Promise<TrustedRoot> {
  const root = parseRoot(payload);
  await assertKeyids(root);
  await openEnvelope(bytes, { payloadType: PAYLOAD_TYPES.root, ...(await roleKeys(root, 'root')) });
  return { root, bytes };
}

/**
 * Names the roles whose keys differ between two roots. A client that stored a floor for such a role falls back to the one
 * that its app was shipped with: with the old key an attacker may have signed a sequence of 2^53 - 1.
 *
 * @example
 * if (rotatedRoles(before.root, after.root).includes('channel')) floor = shippedFloor;
 */
export function rotatedRoles(before: Root, after: Root): Role[] {
  const roles: readonly Role[] = ['root', 'release', 'channel'];
  return roles.filter((role) => canonicalKeyids(before.roles[role]) !== canonicalKeyids(after.roles[role]));
}

function canonicalKeyids({ keyids }: RoleKeys): string {
  return [...keyids].sort().join(' ');
}
