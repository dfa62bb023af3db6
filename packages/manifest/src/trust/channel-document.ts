import type { Digest } from '../digest.js';

/** The release that a channel points at. */
export interface ReleasePointer {
  readonly key: string;
  /** Digest of the release's payload bytes (not of its envelope: signatures differ from run to run). */
  readonly digest: Digest;
  /** Size of the payload bytes. */
  readonly sizeBytes: number;
  readonly sequence: number;
}

/** Which release is current. Small, mutable, signed by the channel key. */
export interface Channel {
  readonly format: 'lading.channel/1';
  readonly project: string;
  readonly name: string;
  readonly sequence: number;
  readonly expiresAt: string;
  /** The newest root version, so that clients know to fetch it. */
  readonly root: number;
  readonly release: ReleasePointer;
  /** Share of installs, in percent, that adopt this release; absent means all. */
  readonly rollout?: number | undefined;
  /** Digests of releases that must not be used any more. */
  readonly revoked?: readonly Digest[] | undefined;
}
