import { parseJson } from '../parse-json.js';
import { decodeBase64 } from './base64.js';
import { MAX_ROOT_BYTES } from './bucket-layout.js';
import { canonicalJson } from './canonical-json.js';
import {
  integer,
  list,
  object,
  oneOf,
  type Report,
  readShape,
  record,
  ruled,
  type Shape,
  text,
  utcTime,
} from './document-shape.js';
import { spkiAlgorithm } from './public-key.js';

/** What a key may sign with. The algorithm belongs to the key, never to the message. */
export type KeyAlgorithm = 'ES256' | 'Ed25519';

/** The documents that keys sign. */
export type Role = 'root' | 'release' | 'channel';

/** A public key as it stands in a root document. */
export interface RootKey {
  readonly algorithm: KeyAlgorithm;
  /** SPKI DER, base64. The key's id is the SHA-256 of these bytes in hex. */
  readonly spki: string;
}

/** Who may sign for a role, and how many distinct keys it takes. */
export interface RoleKeys {
  readonly keyids: readonly string[];
  readonly threshold: number;
}

/** The keys that a project trusts. Signed by its own and the former root keys. */
export interface Root {
  readonly format: 'lading.root/1';
  readonly version: number;
  readonly expiresAt: string;
  /** By key id; the object has no prototype. */
  readonly keys: Readonly<Record<string, RootKey>>;
  readonly roles: Readonly<Record<Role, RoleKeys>>;
}

/** The most keys of one role: as many as an envelope has room for signatures. */
const MAX_ROLE_KEYS = 16;

const MAX_KEYS = 3 * MAX_ROLE_KEYS;

const keyidProblem = (id: string): string | undefined =>
  /^[0-9a-f]{64}$/.test(id) ? undefined : 'is not a key id (64 lower-case hex digits)';

const ROOT_KEY: Shape<RootKey> = ruled(
  object<RootKey>({
    algorithm: oneOf('ES256', 'Ed25519'),
    spki: text((value) => (decodeBase64(value) === undefined ? 'is not canonical base64' : undefined)),
  }),
  (key, at, report) => {
    const actual = spkiAlgorithm(decodeBase64(key.spki) ?? new Uint8Array());
    if (actual === undefined) report(`${at}/spki`, 'is not the canonical SPKI of a P-256 or Ed25519 key');
    else if (actual !== key.algorithm) report(`${at}/algorithm`, `is ${key.algorithm}, but the key is for ${actual}`);
  },
);

const ROLE_KEYS: Shape<RoleKeys> = ruled(
  object<RoleKeys>({ keyids: list(text(keyidProblem), MAX_ROLE_KEYS, (id) => id), threshold: integer(1) }),
  (role, at, report) => {
    const count = role.keyids.length;
    if (role.threshold > count) report(`${at}/threshold`, `is ${role.threshold}, but the role has ${count} keys`);
  },
);

const ROOT: Shape<Root> = ruled(
  object<Root>({
    format: oneOf('lading.root/1'),
    version: integer(1),
    expiresAt: utcTime,
    keys: record(keyidProblem, ROOT_KEY, MAX_KEYS),
    roles: object<Root['roles']>({ root: ROLE_KEYS, release: ROLE_KEYS, channel: ROLE_KEYS }),
  }),
  reportUnknownKeys,
);

function reportUnknownKeys(root: Root, at: string, report: Report): void {
  for (const [role, { keyids }] of Object.entries(root.roles)) {
    for (const [i, keyid] of keyids.entries()) {
      if (root.keys[keyid] === undefined) report(`${at}/roles/${role}/keyids/${i}`, 'is not one of /keys');
    }
  }
}

/**
 * Parses the payload of a root envelope. It says what the document is, not that it may be trusted: `trustRoot` and
 * `updateRoot` do that, and check that each key's id is the hash of the key. Fields it does not know are left out, so
 * that later versions of format 1 can add some; another `format` is refused.
 *
 * @throws ManifestError `ERR_DOCUMENT` with all problems as JSON pointers; `ERR_JSON`, `ERR_TOO_LARGE`.
 */
export function parseRoot(payload: Uint8Array): Root {
  return readRoot(parseJson(payload, { maxBytes: MAX_ROOT_BYTES, what: 'Root document', uniqueKeys: true }));
}

/**
 * Writes a root document as canonical JSON, checked as {@link parseRoot} checks it.
 *
 * @throws ManifestError `ERR_DOCUMENT` with all problems.
 */
export function serializeRoot(root: Root): Uint8Array {
  return new TextEncoder().encode(canonicalJson(readRoot(root)));
}

/** Checks a value of unknown shape as {@link parseRoot} does. */
export function readRoot(value: unknown): Root {
  return readShape(ROOT, value, { code: 'ERR_DOCUMENT', what: 'Root document' });
}
