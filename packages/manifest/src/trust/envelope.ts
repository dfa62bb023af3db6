import { isLadingError, type JsonValue } from '../lading-error.js';
import { ManifestError, problemsError } from '../manifest-error.js';
import { parseJson } from '../parse-json.js';
import { decodeBase64, encodeBase64 } from './base64.js';
import { MAX_CHANNEL_BYTES, MAX_RELEASE_BYTES, MAX_ROOT_BYTES } from './bucket-layout.js';
import { list, object, readShape, type Shape, text } from './document-shape.js';

/** Payload type of each document. They differ, so that a release can never pass for a channel. */
export const PAYLOAD_TYPES = {
  root: 'application/vnd.lading.root+json',
  channel: 'application/vnd.lading.channel+json',
  release: 'application/vnd.lading.release+json',
} as const;

/** A payload type of Lading. */
export type PayloadType = (typeof PAYLOAD_TYPES)[keyof typeof PAYLOAD_TYPES];

/** The largest envelope of each payload type, in bytes. */
export const MAX_ENVELOPE_BYTES: Readonly<Record<PayloadType, number>> = {
  [PAYLOAD_TYPES.root]: MAX_ROOT_BYTES,
  [PAYLOAD_TYPES.channel]: MAX_CHANNEL_BYTES,
  [PAYLOAD_TYPES.release]: MAX_RELEASE_BYTES,
};

/** The most signatures that one envelope carries. */
export const MAX_SIGNATURES = 16;

const MAX_PAYLOAD_TYPE_CHARACTERS = 100;

/** One signature of an envelope, not yet verified. */
export interface EnvelopeSignature {
  readonly keyid: string;
  readonly signature: Uint8Array;
}

/** A DSSE envelope, not yet verified. */
export interface Envelope {
  readonly payloadType: string;
  readonly payload: Uint8Array;
  readonly signatures: readonly EnvelopeSignature[];
}

/** An envelope and what its payload says, for people to look at. Nothing in it has been verified. */
export interface UnverifiedEnvelope extends Envelope {
  readonly keyids: readonly string[];
  /** The payload, parsed as JSON. */
  readonly document: JsonValue;
}

/**
 * Reads an envelope **without verifying it**, for inspection only.
 *
 * @throws ManifestError `ERR_ENVELOPE`, `ERR_TOO_LARGE`; `ERR_JSON` where the payload is not JSON.
 */
export function readEnvelope(bytes: Uint8Array): UnverifiedEnvelope {
  const envelope = decodeEnvelope(bytes, MAX_RELEASE_BYTES);
  const document = parseJson(envelope.payload, { maxBytes: MAX_RELEASE_BYTES, what: 'Payload' }) as JsonValue;
  return { ...envelope, keyids: envelope.signatures.map((s) => s.keyid), document };
}

/**
 * The most bytes that the envelope of a payload can have: what to allow a download of it.
 *
 * @example
 * maxEnvelopeBytes(channel.release.sizeBytes); // never fetch more of a release than this
 */
export function maxEnvelopeBytes(payloadSizeBytes: number): number {
  const signature = '{"keyid":"","sig":""},'.length + 64 + 88;
  const frame = '{"payloadType":"","payload":"","signatures":[]}'.length + MAX_PAYLOAD_TYPE_CHARACTERS;
  return frame + 4 * Math.ceil(payloadSizeBytes / 3) + MAX_SIGNATURES * signature;
}

/** The bytes that are signed: `DSSEv1 <length of type> <type> <length of payload> <payload>`, lengths in bytes. */
export function preAuthenticationEncoding(payloadType: string, payload: Uint8Array): Uint8Array {
  // Payload types are ASCII, so their length in characters is that in bytes.
  const head = new TextEncoder().encode(`DSSEv1 ${payloadType.length} ${payloadType} ${payload.length} `);
  const message = new Uint8Array(head.length + payload.length);
  message.set(head);
  message.set(payload, head.length);
  return message;
}

/** An envelope as it stands in a file. */
interface WireEnvelope {
  readonly payloadType: string;
  readonly payload: string;
  readonly signatures: readonly { readonly keyid: string; readonly sig: string }[];
}

/** Writes an envelope in its canonical form. */
export function encodeEnvelope({ payloadType, payload, signatures }: Envelope): Uint8Array {
  const written = signatures.map(({ keyid, signature }) => ({ keyid, sig: encodeBase64(signature) }));
  return writeWire({ payloadType, payload: encodeBase64(payload), signatures: written });
}

/** The order of fields is the order here. */
function writeWire({ payloadType, payload, signatures }: WireEnvelope): Uint8Array {
  const listed = signatures.map(({ keyid, sig }) => ({ keyid, sig }));
  return new TextEncoder().encode(JSON.stringify({ payloadType, payload, signatures: listed }));
}

const isPayloadType = (type: string): boolean =>
  /^[a-z0-9.+/-]+$/.test(type) && type.length <= MAX_PAYLOAD_TYPE_CHARACTERS;

const WIRE_ENVELOPE: Shape<WireEnvelope> = object<WireEnvelope>({
  payloadType: text((type) => (isPayloadType(type) ? undefined : 'is not a payload type')),
  payload: text(() => undefined),
  signatures: list(
    object({
      keyid: text((id) => (/^[0-9a-f]{64}$/.test(id) ? undefined : 'is not 64 hex digits')),
      sig: text(() => undefined),
    }),
    MAX_SIGNATURES,
    (signature) => signature.keyid,
  ),
});

/** Reads an envelope that is written in its one canonical form, without verifying it. */
export function decodeEnvelope(bytes: Uint8Array, maxBytes: number): Envelope {
  const wire = readShape(WIRE_ENVELOPE, parseEnvelopeJson(bytes, maxBytes), { code: 'ERR_ENVELOPE', what: 'Envelope' });
  if (!equalBytes(writeWire(wire), bytes)) {
    throw new ManifestError('ERR_ENVELOPE', 'Envelope is not written canonically', {
      hint: 'Compact JSON with exactly payloadType, payload and signatures, in this order. Was the file reformatted?',
    });
  }
  const signatures = wire.signatures.map(({ keyid, sig }, i) => ({
    keyid,
    signature: decode(sig, `/signatures/${i}/sig`),
  }));
  return { payloadType: wire.payloadType, payload: decode(wire.payload, '/payload'), signatures };
}

function decode(base64: string, path: string): Uint8Array {
  const bytes = decodeBase64(base64);
  if (bytes !== undefined) return bytes;
  throw problemsError('ERR_ENVELOPE', 'Envelope', [{ path, problem: 'is not canonical base64' }]);
}

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function parseEnvelopeJson(bytes: Uint8Array, maxBytes: number): unknown {
  try {
    return parseJson(bytes, { maxBytes, what: 'Envelope' });
  } catch (cause) {
    if (!isLadingError(cause, 'ERR_JSON')) throw cause;
    throw new ManifestError('ERR_ENVELOPE', cause.message, {
      cause,
      details: cause.details,
      hint: 'Expected a signed document of Lading. A login page that a server sent instead looks like this.',
    });
  }
}
