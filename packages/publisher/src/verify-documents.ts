import {
  type Channel,
  type Digest,
  type Release,
  type ReleasePointer,
  type TrustedRoot,
  verifyChannel,
  verifyRelease,
} from '@lading/manifest';
import { trusted } from './trust-error.js';

/** A channel document that verifies, current or replaced. */
export interface ChannelDocument {
  readonly channel: Channel;
  /** The envelope as it stands there. */
  readonly bytes: Uint8Array;
  /** Digest of its payload. */
  readonly digest: Digest;
  /** Version of the newest root whose channel keys signed it. */
  readonly signedUnder: number;
}

/**
 * Verifies a channel document of a target with any root of a chain: after a rotation it is still signed by the former keys
 * until the next publish. Expiry does not count: an expired channel is the usual reason to publish.
 *
 * @throws PublishError `ERR_PUBLISH_TRUST`.
 */
export async function verifyChannelDocument(
  bytes: Uint8Array,
  roots: readonly TrustedRoot[],
  { project, name }: { readonly project?: string | undefined; readonly name: string },
): Promise<ChannelDocument> {
  const hint = 'Another project, other keys, or an attack. Look at it with lading inspect; it is never written over.';
  return trusted(`Channel "${name}" on the target does not verify`, hint, () =>
    underAny(roots, async (root) => {
      const { channel, digest } = await verifyChannel(bytes, root, { now: new Date(0), project, name });
      return { channel, bytes, digest, signedUnder: root.root.version };
    }),
  );
}

/**
 * Verifies a release of a target with any root of a chain, and against what a channel says of it.
 *
 * @throws PublishError `ERR_PUBLISH_TRUST`.
 */
export async function verifyReleaseDocument(
  bytes: Uint8Array,
  roots: readonly TrustedRoot[],
  named: ReleasePointer & { readonly project: string },
): Promise<Release> {
  const hint = 'Something else wrote there, or other keys signed it. Look at it with lading inspect.';
  return trusted(`"${named.key}" on the target does not verify`, hint, () =>
    underAny(roots, (root) => verifyRelease(bytes, root, named)),
  );
}

/** The result under the newest root that gives one, or the error under the newest. */
async function underAny<T>(roots: readonly TrustedRoot[], verify: (root: TrustedRoot) => Promise<T>): Promise<T> {
  let newestError: unknown;
  for (const root of [...roots].reverse()) {
    try {
      return await verify(root);
    } catch (error) {
      newestError ??= error;
    }
  }
  throw newestError;
}
