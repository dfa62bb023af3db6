import { problemsError } from '../manifest-error.js';
import { decodeBase64 } from './base64.js';
import { identifyPublicKey, type PublicKey } from './public-key.js';
import type { Role, Root } from './root-document.js';

/** The keys of a role and how many of them must sign, in the form that `openEnvelope` takes. */
export async function roleKeys(
  root: Root,
  role: Role,
): Promise<{ readonly keys: readonly PublicKey[]; readonly threshold: number }> {
  const { keyids, threshold } = root.roles[role];
  return { keys: await Promise.all(keyids.map((keyid) => publicKeyOf(root, keyid))), threshold };
}

/**
 * Checks that each key of a root stands under its own id, the SHA-256 of its SPKI.
 *
 * @throws ManifestError `ERR_DOCUMENT` with all problems.
 */
export async function assertKeyids(root: Root): Promise<void> {
  const problems: { path: string; problem: string }[] = [];
  for (const keyid of Object.keys(root.keys)) {
    const key = await publicKeyOf(root, keyid);
    if (key.keyid !== keyid) problems.push({ path: `/keys/${keyid}`, problem: `is the key with id ${key.keyid}` });
  }
  if (problems.length > 0) throw problemsError('ERR_DOCUMENT', 'Root document', problems);
}

function publicKeyOf(root: Root, keyid: string): Promise<PublicKey> {
  return identifyPublicKey(decodeBase64(root.keys[keyid]?.spki ?? '') ?? new Uint8Array());
}
