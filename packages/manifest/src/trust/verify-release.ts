import { type Digest, digestOf } from '../digest.js';
import { ManifestError } from '../manifest-error.js';
import { shown } from './document-shape.js';
import { maxEnvelopeBytes, PAYLOAD_TYPES } from './envelope.js';
import { loadSemver } from './load-semver.js';
import { openEnvelope } from './open-envelope.js';
import type { Release } from './release-document.js';
import { parseReleaseJson, readRelease } from './release-shape.js';
import { roleKeys } from './role-keys.js';
import type { TrustedRoot } from './trusted-root.js';

/** What a verified channel says of the release: take `digest`, `sizeBytes` and `sequence` from its `release`. */
export interface VerifyReleaseOptions {
  readonly digest: Digest;
  readonly sizeBytes: number;
  readonly sequence: number;
  readonly project: string;
}

/**
 * Verifies a release: signed by the release role, and exactly the one that the channel points at.
 *
 * @throws ManifestError, in the order of the checks: `ERR_TOO_LARGE` (larger than an envelope of `sizeBytes` can be),
 * `ERR_ENVELOPE`, `ERR_TRUST_TYPE`, `ERR_TRUST_SIGNATURE`, `ERR_TRUST_DIGEST` (another size or digest), `ERR_DOCUMENT`,
 * `ERR_TRUST_MISMATCH` (another project or sequence).
 * @example
 * await verifyRelease(bytes, trusted, { ...channel.release, project: channel.project });
 */
export async function verifyRelease(
  bytes: Uint8Array,
  trusted: TrustedRoot,
  options: VerifyReleaseOptions,
): Promise<Release> {
  const maxBytes = maxEnvelopeBytes(options.sizeBytes);
  if (!(bytes.length <= maxBytes)) {
    throw new ManifestError('ERR_TOO_LARGE', `Release has ${bytes.length} bytes; the limit is ${maxBytes}`, {
      details: { sizeBytes: bytes.length, maxBytes },
    });
  }
  const signedBy = await roleKeys(trusted.root, 'release');
  const payload = await openEnvelope(bytes, { payloadType: PAYLOAD_TYPES.release, ...signedBy });
  assertEqual('size in bytes', { code: 'ERR_TRUST_DIGEST', actual: payload.length, expected: options.sizeBytes });
  assertEqual('digest', { code: 'ERR_TRUST_DIGEST', actual: await digestOf(payload), expected: options.digest });
  const release = await readPayload(payload);
  assertEqual('project', { code: 'ERR_TRUST_MISMATCH', actual: release.project, expected: options.project });
  assertEqual('sequence', { code: 'ERR_TRUST_MISMATCH', actual: release.sequence, expected: options.sequence });
  return release;
}

/** As `parseRelease`; what reads semver ranges is loaded where the release has one. */
async function readPayload(payload: Uint8Array): Promise<Release> {
  const value = parseReleaseJson(payload);
  const { semverRangeProblem } = hasAppRange(value) ? await loadSemver() : { semverRangeProblem: noRange };
  return readRelease(value, semverRangeProblem);
}

function hasAppRange(value: unknown): boolean {
  const { compat } = Object(value) as { readonly compat?: unknown };
  return typeof (Object(compat) as { readonly app?: unknown }).app === 'string';
}

function noRange(): never {
  throw new Error('unreachable: a release without a range has one');
}

interface Comparison {
  readonly code: 'ERR_TRUST_DIGEST' | 'ERR_TRUST_MISMATCH';
  readonly actual: string | number;
  readonly expected: string | number;
}

function assertEqual(field: string, { code, actual, expected }: Comparison): void {
  if (actual === expected) return;
  throw new ManifestError(code, `Release's ${field} is ${shown(actual)}, the channel says ${shown(expected)}`, {
    details: { field, expected, actual },
  });
}
