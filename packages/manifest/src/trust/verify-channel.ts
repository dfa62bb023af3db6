import { type Digest, digestOf } from '../digest.js';
import { ManifestError } from '../manifest-error.js';
import { type Channel, parseChannel } from './channel-document.js';
import { shown } from './document-shape.js';
import { PAYLOAD_TYPES } from './envelope.js';
import { openEnvelope } from './open-envelope.js';
import { roleKeys } from './role-keys.js';
import type { TrustedRoot } from './trusted-root.js';
import { utcTimeMs } from './utc-time.js';

/** What a client has seen already, or was shipped with. Sequences never fall below it. */
export interface ChannelFloor {
  readonly sequence: number;
  /** Digest of the channel payload with that sequence; another one with the same sequence is refused. */
  readonly digest?: Digest | undefined;
  readonly releaseSequence?: number | undefined;
}

/** Options of {@link verifyChannel}. */
export interface VerifyChannelOptions {
  /** The time to measure expiry by. Fix it once per refresh, and never let it go below the newest signed time seen. */
  readonly now: Date;
  /** The project that the app belongs to. Default: any. */
  readonly project?: string | undefined;
  /** The channel that the app follows. Default: any. */
  readonly name?: string | undefined;
  /** Default: none, as on a first start of an app that ships without content. */
  readonly floor?: ChannelFloor | undefined;
}

/** A channel that may be trusted. */
export interface VerifiedChannel {
  readonly channel: Channel;
  /** True when nothing new may be adopted: what runs keeps running, and the reader is told. */
  readonly isExpired: boolean;
  /** Digest of the payload, for the next {@link ChannelFloor}. */
  readonly digest: Digest;
}

/**
 * Verifies a channel: signed by the channel role, for this project and channel, under a root that is current, and not older
 * than what was seen before.
 *
 * @throws ManifestError, in the order of the checks: `ERR_TOO_LARGE`, `ERR_ENVELOPE`, `ERR_TRUST_TYPE`,
 * `ERR_TRUST_SIGNATURE`, `ERR_DOCUMENT`, `ERR_TRUST_ROOT` (a newer root exists), `ERR_TRUST_EXPIRED` (of the root),
 * `ERR_TRUST_MISMATCH`, `ERR_TRUST_ROLLBACK`, `ERR_TRUST_EQUIVOCATION`.
 */
export async function verifyChannel(
  bytes: Uint8Array,
  trusted: TrustedRoot,
  options: VerifyChannelOptions,
): Promise<VerifiedChannel> {
  const signedBy = await roleKeys(trusted.root, 'channel');
  const payload = await openEnvelope(bytes, { payloadType: PAYLOAD_TYPES.channel, ...signedBy });
  const channel = parseChannel(payload);
  assertRootIsCurrent(channel, trusted, options.now);
  assertSame('project', channel.project, options.project);
  assertSame('name', channel.name, options.name);
  const digest = await digestOf(payload);
  if (options.floor !== undefined) assertAboveFloor(channel, digest, options.floor);
  return { channel, isExpired: isPast(channel.expiresAt, options.now), digest };
}

/** A clock that is no time at all counts as past everything: fail closed. */
function isPast(expiresAt: string, now: Date): boolean {
  return !(now.getTime() < (utcTimeMs(expiresAt) ?? 0));
}

function assertRootIsCurrent(channel: Channel, { root }: TrustedRoot, now: Date): void {
  const next = `Fetch root/${root.version + 1}.json, update the root, then verify the channel again.`;
  if (channel.root > root.version) {
    throw new ManifestError('ERR_TRUST_ROOT', `Channel needs root ${channel.root}, trusted is ${root.version}`, {
      details: { expected: channel.root, actual: root.version },
      hint: next,
    });
  }
  if (isPast(root.expiresAt, now)) {
    throw new ManifestError('ERR_TRUST_EXPIRED', `Root ${root.version} expired at ${root.expiresAt}`, {
      details: { version: root.version, expiresAt: root.expiresAt },
      hint: `${next} Where there is none, the project must publish one.`,
    });
  }
}

function assertSame(field: 'project' | 'name', actual: string, expected: string | undefined): void {
  if (expected === undefined || actual === expected) return;
  throw new ManifestError('ERR_TRUST_MISMATCH', `Channel's ${field} is ${shown(actual)}, expected ${shown(expected)}`, {
    details: { field, expected, actual },
  });
}

/**
 * Throws where a channel is older than a floor, or another one than was seen under its sequence. {@link verifyChannel} asks it; ask
 * again when the floor is stored: another process may have raised it meanwhile.
 *
 * @param digest - Digest of the channel's payload.
 * @throws ManifestError `ERR_TRUST_ROLLBACK`, `ERR_TRUST_EQUIVOCATION`.
 */
export function assertAboveFloor(channel: Channel, digest: Digest, floor: ChannelFloor): void {
  assertNotBelow('Channel sequence', channel.sequence, floor.sequence);
  if (floor.releaseSequence !== undefined) {
    assertNotBelow('Release sequence', channel.release.sequence, floor.releaseSequence);
  }
  if (channel.sequence > floor.sequence || floor.digest === undefined || floor.digest === digest) return;
  throw new ManifestError('ERR_TRUST_EQUIVOCATION', `Two different channels have sequence ${channel.sequence}`, {
    details: { sequence: channel.sequence, expected: floor.digest, actual: digest },
    hint: 'Somebody signed twice with one sequence: two publishers at once, or a stolen channel key.',
  });
}

function assertNotBelow(what: string, actual: number, floor: number): void {
  if (actual >= floor) return;
  throw new ManifestError('ERR_TRUST_ROLLBACK', `${what} is ${actual}, ${floor} was seen before`, {
    details: { actual, floor },
    hint: 'A stale mirror or cache, or an attack. To go back on purpose, publish old content under a higher sequence.',
  });
}
