/** The name that the engine looks for in a Live Update zip. */
export const MANIFEST_MEMBER = 'liveupdate.game.dmanifest';

/** Flag: the resource ships with the app. */
export const RESOURCE_BUNDLED = 1;
/** Flag: the resource does not ship with the app; an archive must bring it. */
export const RESOURCE_EXCLUDED = 2;
/** Flag: the stored payload is XTEA-CTR encrypted. */
export const RESOURCE_ENCRYPTED = 4;
/** Flag: the stored payload is an LZ4 block. */
export const RESOURCE_COMPRESSED = 8;

/** How digests are made, by WebCrypto's names (`MD5`, which it lacks, and `unknown` aside). In Defold: 0 to 4. */
export type HashAlgorithm = 'unknown' | 'MD5' | 'SHA-1' | 'SHA-256' | 'SHA-512';

/** How a manifest is signed. In Defold: 0 and 1. */
export type SignAlgorithm = 'unknown' | 'RSA';

/** Head of a manifest. */
export interface DefoldManifestHeader {
  /** Makes the digests of resources. Bob always writes SHA-1. */
  readonly resourceHashAlgorithm: HashAlgorithm;
  /** Makes the digest that is signed: SHA-256, before 2019 SHA-1. */
  readonly signatureHashAlgorithm: HashAlgorithm;
  readonly signatureSignAlgorithm: SignAlgorithm;
  /** SHA-1 of the project's title, hex. */
  readonly projectIdentifier: string;
}

/** One resource of a manifest: a path, by its hash, and the stored bytes, by their digest. */
export interface DefoldResource {
  /** {@link hashResourcePath} of the path; unsigned 64 bits. */
  readonly urlHash: bigint;
  /** The path, or an empty string: release builds leave it out. */
  readonly url: string;
  /** Digest of the stored payload (after LZ4 and encryption, without the resource header), lower-case hex. */
  readonly hexDigest: string;
  /** Size of the resource as the game sees it. 0 in versions before 5, which do not tell. */
  readonly sizeBytes: number;
  /** Size of the LZ4 block; `undefined` where the resource is stored as it is (or the version does not tell). */
  readonly compressedSizeBytes: number | undefined;
  /** {@link RESOURCE_BUNDLED}, {@link RESOURCE_EXCLUDED}, {@link RESOURCE_ENCRYPTED}, {@link RESOURCE_COMPRESSED}. */
  readonly flags: number;
  /**
   * Url hashes of what must be there before the resource can load. Version 5 keeps their order. Versions 1 and 3 name
   * digests and version 4 places in the list: both become url hashes (a digest that several resources share, all theirs).
   */
  readonly dependants: readonly bigint[];
}

/** A Defold resource manifest (`game.dmanifest`, `liveupdate.game.dmanifest`). */
export interface DefoldManifest {
  /** Version of the file format. Engines from 1.4.8 on take 5 only. */
  readonly version: 1 | 3 | 4 | 5;
  /** The signed bytes, exactly as received: a signature covers these, never a re-encoding. */
  readonly data: Uint8Array;
  /** RSA signature over `data`; empty (zero bytes) from Defold 1.12.4 on. */
  readonly signature: Uint8Array;
  /** MD5 of the base archive's index, 16 bytes, where the file gives it. */
  readonly archiveIdentifier?: Uint8Array | undefined;
  readonly header: DefoldManifestHeader;
  /** SHA-1 of each engine version that may use the content, hex; in version 1 the engine's own commit id. */
  readonly engineVersions: readonly string[];
  /** Whether the build left anything out of the base; `undefined` before engine 1.12.4. */
  readonly hasExcludedResources?: boolean | undefined;
  /** In the order of the file: ascending by unsigned `urlHash` in all that Bob writes. Every `urlHash` comes once. */
  readonly resources: readonly DefoldResource[];
}

/** Names of Defold's hash algorithms at their numbers. */
export const HASH_ALGORITHMS: readonly HashAlgorithm[] = ['unknown', 'MD5', 'SHA-1', 'SHA-256', 'SHA-512'];

/** Names of Defold's sign algorithms at their numbers. */
export const SIGN_ALGORITHMS: readonly SignAlgorithm[] = ['unknown', 'RSA'];

/** Bytes of a digest, by algorithm; `undefined` for `unknown`. */
export function digestSizeBytes(algorithm: HashAlgorithm): number | undefined {
  switch (algorithm) {
    case 'unknown':
      return undefined;
    case 'MD5':
      return 16;
    case 'SHA-1':
      return 20;
    case 'SHA-256':
      return 32;
    case 'SHA-512':
      return 64;
  }
}
