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
