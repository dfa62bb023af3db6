import { type Channel, type Digest, digestHex, digestOf, loadSemver } from '@lading/manifest/client';
import { MountError } from './mount-error.js';
import type { KnownRelease } from './trust-state.js';

/** What the app says of itself. */
export interface AppFacts {
  /** The app's own version, a semantic version. `undefined`: not checked. */
  readonly app: string | undefined;
  /** The engine's version. `undefined`: not checked. */
  readonly engine: string | undefined;
}

/**
 * Throws unless a release is for this app and engine.
 *
 * @throws MountError `ERR_RELEASE_INCOMPATIBLE`; ManifestError `ERR_DOCUMENT` where `app` is no semantic version.
 */
export async function assertCompatible({ release, digest }: KnownRelease, { app, engine }: AppFacts): Promise<void> {
  const { compat, version } = release;
  if (app !== undefined && compat.app !== undefined) {
    const { appSatisfies } = await loadSemver();
    if (!appSatisfies(compat.app, app))
      throw incompatible(digest, `Release ${version} needs app ${compat.app}, this is ${app}`, compat.app, app);
  }
  if (engine !== undefined && compat.engines !== undefined && !compat.engines.includes(engine)) {
    const engines = compat.engines.join(', ');
    throw incompatible(digest, `Release ${version} is for engine ${engines}, this is ${engine}`, engines, engine);
  }
}

function incompatible(digest: Digest, message: string, expected: string, actual: string): MountError {
  return new MountError('ERR_RELEASE_INCOMPATIBLE', message, {
    details: { release: digest, expected, actual },
    hint: 'Update the app, or publish a release for this version on a channel of its own.',
  });
}

/** Throws where a channel has revoked a release. */
export function assertNotRevoked({ release, digest }: KnownRelease, revoked: readonly Digest[]): void {
  if (!revoked.includes(digest)) return;
  throw new MountError('ERR_RELEASE_INCOMPATIBLE', `Release ${release.version} was revoked by its channel`, {
    details: { release: digest },
  });
}

/**
 * Tells whether an install belongs to the share of a staged rollout. The same install and release always give the same
 * answer, and a higher share includes every lower one.
 *
 * @param channel.rollout - Percent, 0 to 100; absent means all.
 */
export async function isInRollout(installId: string, channel: Channel): Promise<boolean> {
  if (channel.rollout === undefined) return true;
  const hash = await digestOf(new TextEncoder().encode(`${installId} ${channel.release.digest}`));
  const place = Number.parseInt(digestHex(hash).slice(0, 8), 16) / 2 ** 32;
  return place * 100 < channel.rollout;
}

/**
 * Tells whether an install cannot keep what it has, whatever the share of a staged rollout: it has nothing, its release was
 * revoked, or it read the channel last so long ago that nobody keeps its release for it any more.
 */
export function mustMove(
  latest: (KnownRelease & { readonly expiresAt: string }) | undefined,
  channel: Channel,
  now: Date,
): boolean {
  if (latest === undefined || channel.revoked?.includes(latest.digest) === true) return true;
  return Date.parse(latest.expiresAt) < now.getTime();
}
