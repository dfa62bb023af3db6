import { defoldGraph, loadGraph } from '@lading/graph';
import {
  assertResourcePath,
  assertSignedManifestEncoding,
  bytesToHex,
  ManifestError,
  subtleCrypto,
  verifyVectorSignature,
} from '@lading/manifest';
import { type ArchiveLimits, memorySource, openArchive } from '@lading/mount';
import type { VectorRequestCode } from './vector-answer.js';
import { decodeVectorBase64 } from './vector-base64.js';

/** A request that is wrong itself: no vector was judged. */
export class VectorRequestError extends Error {
  readonly code: VectorRequestCode;

  constructor(code: VectorRequestCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** Entries of an accepted zip: name of each file -> SHA-256 of its content. */
export type VectorEntries = Readonly<Record<string, string>>;

/** Fields of a request; a `Map`, because their names come from outside. */
type Fields = ReadonlyMap<string, unknown>;

/** Judges a request's vector: returns where it is right, throws where it is not. */
export type VectorOperation = (fields: Fields) => Promise<VectorEntries | undefined>;

/** Sizes within which a zip is judged; one entry's content is in memory at a time. */
const ZIP_LIMITS: ArchiveLimits = { maxEntryBytes: 2 ** 31, maxTotalBytes: 4 * 2 ** 30 };

/** The operations of the vector protocol. */
export const VECTOR_OPERATIONS: ReadonlyMap<string, VectorOperation> = new Map<string, VectorOperation>([
  ['zip', judgeZip],
  ['manifest', judgeManifest],
  ['graph', judgeGraph],
  ['signature', judgeSignature],
  ['path', judgePath],
]);

async function judgeZip(fields: Fields): Promise<VectorEntries> {
  const archive = await openArchive(memorySource(bytesField(fields, 'data'), 'zip'), { limits: ZIP_LIMITS });
  const entries: [name: string, sha256: string][] = [];
  for (let entry = 0; entry < archive.entries; entry++) {
    const content = await archive.read(entry);
    const name = archive.nameOf(entry);
    if (!name.endsWith('/')) entries.push([name, await sha256Hex(content)]);
  }
  // Defines, never assigns: a file may be named __proto__.
  return Object.fromEntries(entries);
}

async function judgeManifest(fields: Fields): Promise<undefined> {
  assertSignedManifestEncoding(bytesField(fields, 'data'));
}

async function judgeGraph(fields: Fields): Promise<undefined> {
  const text = textField(fields, 'text');
  await loadGraph(defoldGraph({ graph: new TextEncoder().encode(text) }));
}

async function judgeSignature(fields: Fields): Promise<undefined> {
  const algorithm = textField(fields, 'algorithm');
  if (algorithm !== 'ES256' && algorithm !== 'Ed25519' && algorithm !== 'RS256') {
    throw new VectorRequestError('ERR_VECTOR_REQUEST', 'algorithm: expected ES256, Ed25519 or RS256');
  }
  const isRight = await verifyVectorSignature({
    algorithm,
    spki: bytesField(fields, 'key'),
    message: bytesField(fields, 'message'),
    signature: bytesField(fields, 'signature'),
  });
  if (!isRight)
    throw new ManifestError('ERR_TRUST_SIGNATURE', 'The signature is not one of this key over this message');
}

async function judgePath(fields: Fields): Promise<undefined> {
  assertResourcePath(textField(fields, 'path'));
}

function textField(fields: Fields, name: string): string {
  const value = fields.get(name);
  if (typeof value === 'string') return value;
  throw new VectorRequestError('ERR_VECTOR_REQUEST', `${name}: expected a text`);
}

function bytesField(fields: Fields, name: string): Uint8Array<ArrayBuffer> {
  const bytes = decodeVectorBase64(textField(fields, name));
  if (bytes !== undefined) return bytes;
  throw new VectorRequestError('ERR_VECTOR_REQUEST', `${name}: expected base64 with padding (RFC 4648, section 4)`);
}

async function sha256Hex(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return bytesToHex(new Uint8Array(await subtleCrypto().digest('SHA-256', bytes)));
}
