import { ManifestError } from '../manifest-error.js';
import {
  decodeEnvelope,
  type Envelope,
  MAX_ENVELOPE_BYTES,
  type PayloadType,
  preAuthenticationEncoding,
} from './envelope.js';
import { identifyPublicKey, type PublicKey } from './public-key.js';
import { verifySignature } from './signature.js';

/** Whom {@link openEnvelope} believes. */
export interface OpenEnvelopeOptions {
  readonly payloadType: PayloadType;
  readonly keys: readonly PublicKey[];
  /** How many distinct keys must have signed: from 1 to the number of keys. */
  readonly threshold: number;
}

/**
 * Verifies an envelope and returns its payload, the exact bytes that were signed.
 *
 * The envelope must be written canonically: compact, in the one order of fields. Distinct keys are counted, by their SPKI.
 * A wrong signature by one of `keys` refuses the whole envelope; a signature by any other key counts for nothing (a root
 * keeps those of its predecessor's keys).
 *
 * @throws ManifestError `ERR_TOO_LARGE`, `ERR_ENVELOPE` (not a canonical envelope), `ERR_TRUST_TYPE` (another kind of
 * document), `ERR_TRUST_SIGNATURE` (wrong or too few signatures), `ERR_TRUST_ROOT` (the threshold makes no sense),
 * `ERR_KEY` (one of `keys` is broken, or of an algorithm that this platform does not have).
 * @see https://github.com/secure-systems-lab/dsse/blob/master/protocol.md
 */
export async function openEnvelope(bytes: Uint8Array, options: OpenEnvelopeOptions): Promise<Uint8Array> {
  const { payloadType, threshold } = options;
  const envelope = decodeEnvelope(bytes, MAX_ENVELOPE_BYTES[payloadType]);
  if (envelope.payloadType !== payloadType) {
    throw new ManifestError('ERR_TRUST_TYPE', `Envelope holds ${envelope.payloadType}, expected ${payloadType}`, {
      details: { expected: payloadType, actual: envelope.payloadType },
    });
  }
  const keys = await byKeyid(options.keys);
  if (!(Number.isSafeInteger(threshold) && threshold >= 1 && threshold <= keys.size)) {
    throw new ManifestError('ERR_TRUST_ROOT', `Threshold must be from 1 to ${keys.size} (the keys), is ${threshold}`);
  }
  const signers = await verifiedSigners(envelope, keys);
  if (signers.length < threshold) throw tooFewError(envelope, { threshold, signers, trusted: [...keys.keys()] });
  return envelope.payload;
}

/** Ids are made anew from the keys: an id that a caller states could make one key count twice. */
async function byKeyid(given: readonly PublicKey[]): Promise<ReadonlyMap<string, PublicKey>> {
  const keys = await Promise.all(given.map((key) => identifyPublicKey(key.spki)));
  return new Map(keys.map((key) => [key.keyid, key]));
}

/** Ids of the keys that signed; no id comes twice, because none stands twice in an envelope. */
async function verifiedSigners(envelope: Envelope, keys: ReadonlyMap<string, PublicKey>): Promise<string[]> {
  const message = preAuthenticationEncoding(envelope.payloadType, envelope.payload);
  const signers: string[] = [];
  for (const { keyid, signature } of envelope.signatures) {
    const key = keys.get(keyid);
    if (key === undefined) continue;
    if (!(await verifySignature(key, message, signature))) {
      throw new ManifestError('ERR_TRUST_SIGNATURE', `The signature of key ${keyid} is wrong`, {
        details: { keyid, payloadType: envelope.payloadType },
        hint: 'The file was changed after it was signed, or signed with another key than it says. Get it again.',
      });
    }
    signers.push(keyid);
  }
  return signers;
}

interface Tally {
  readonly threshold: number;
  readonly signers: readonly string[];
  readonly trusted: readonly string[];
}

function tooFewError({ payloadType, signatures }: Envelope, { threshold, signers, trusted }: Tally): ManifestError {
  const keyids = signatures.map((signature) => signature.keyid);
  return new ManifestError('ERR_TRUST_SIGNATURE', `Signed by ${signers.length} trusted keys, expected ${threshold}`, {
    details: { payloadType, threshold, signers, keyids, trusted },
    hint: 'Where the project changed its keys, fetch the next root document first.',
  });
}
