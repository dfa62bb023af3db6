import type { Digest } from '../digest.js';
import { parseJson } from '../parse-json.js';
import { isArchiveName, MAX_CHANNEL_BYTES, MAX_RELEASE_BYTES, releaseKey } from './bucket-layout.js';
import { canonicalJson } from './canonical-json.js';
import {
  digest,
  integer,
  line,
  list,
  object,
  oneOf,
  optional,
  readShape,
  ruled,
  type Shape,
  shown,
  text,
  utcTime,
} from './document-shape.js';

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

const percent: Shape<number> = (value, at, report) =>
  typeof value === 'number' && value >= 0 && value <= 100
    ? value
    : report(at, `must be a number from 0 to 100, is ${shown(value)}`);

const RELEASE_POINTER: Shape<ReleasePointer> = ruled(
  object<ReleasePointer>({ key: line, digest, sizeBytes: integer(1, MAX_RELEASE_BYTES), sequence: integer(1) }),
  (pointer, at, report) => {
    const key = releaseKey(pointer.digest);
    if (pointer.key !== key) report(`${at}/key`, `must be ${key}, is ${shown(pointer.key)}`);
  },
);

const CHANNEL: Shape<Channel> = ruled(
  object<Channel>({
    format: oneOf('lading.channel/1'),
    project: line,
    name: text((name) => (isArchiveName(name) ? undefined : 'cannot name a channel')),
    sequence: integer(1),
    expiresAt: utcTime,
    root: integer(1),
    release: RELEASE_POINTER,
    rollout: optional(percent),
    revoked: optional(list(digest, 1_000, (one) => one)),
  }),
  (channel, at, report) => {
    if (channel.revoked?.includes(channel.release.digest)) report(`${at}/release/digest`, 'is one of /revoked');
  },
);

/**
 * Parses the payload of a channel envelope. It says what the document is, not that it may be trusted: `verifyChannel`
 * does that. Fields it does not know are left out, so that later versions of format 1 can add some; another `format` is
 * refused.
 *
 * @throws ManifestError `ERR_DOCUMENT` with all problems as JSON pointers; `ERR_JSON`, `ERR_TOO_LARGE`.
 */
export function parseChannel(payload: Uint8Array): Channel {
  return readChannel(parseJson(payload, { maxBytes: MAX_CHANNEL_BYTES, what: 'Channel document', uniqueKeys: true }));
}

/**
 * Writes a channel document as canonical JSON, checked as {@link parseChannel} checks it.
 *
 * @throws ManifestError `ERR_DOCUMENT` with all problems.
 */
export function serializeChannel(channel: Channel): Uint8Array {
  return new TextEncoder().encode(canonicalJson(readChannel(channel)));
}

function readChannel(value: unknown): Channel {
  return readShape(CHANNEL, value, { code: 'ERR_DOCUMENT', what: 'Channel document' });
}
