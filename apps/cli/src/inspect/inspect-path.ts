import { open, stat } from 'node:fs/promises';
import { type TrustedRoot, trustRoot } from '@lading/manifest';
import { CliError } from '../cli-error.js';
import { inputError, readInput } from '../read-input.js';
import { findPublicKey } from './find-public-key.js';
import { inspectArchiveFiles, inspectBaseArchive, inspectBundle } from './inspect-bundle.js';
import { inspectEnvelope } from './inspect-envelope.js';
import { inspectGraph } from './inspect-graph.js';
import { inspectManifest } from './inspect-manifest.js';
import { inspectZip } from './inspect-zip.js';
import type { Inspection } from './inspection.js';

/** The largest file that is read whole: graphs are. Zips are read by ranges and have no such limit. */
const MAX_FILE_BYTES = 2 ** 32;

/** What {@link inspectPath} may use. */
export interface InspectOptions {
  /** Public key (DER) of a Defold manifest; found beside the file where it is not named. */
  readonly publicKey?: string | undefined;
  /** Envelope of the root that signed documents are checked with. */
  readonly trust?: Uint8Array | undefined;
  readonly signal: AbortSignal;
}

/** Finds out what a path is, by its bytes, and looks into it. */
export async function inspectPath(path: string, options: InspectOptions): Promise<Inspection> {
  const facts = await stat(path).catch((error: unknown) => {
    throw inputError(path, error);
  });
  if (facts.isDirectory())
    return inspectBundle(path, await findPublicKey(`${path}/game`, options.publicKey), options.signal);
  if (path.endsWith('.arci') || path.endsWith('.arcd')) {
    return inspectBaseArchive(path.slice(0, -5), await findPublicKey(path, options.publicKey), options.signal);
  }
  const head = await readHead(path);
  if (isZip(head)) return inspectZip(path, await findPublicKey(path, options.publicKey), options.signal);
  return inspectBytes(path, await readInput(path, MAX_FILE_BYTES), options);
}

async function inspectBytes(path: string, bytes: Uint8Array, options: InspectOptions): Promise<Inspection> {
  const first = bytes.find((byte) => byte !== 32 && byte !== 9 && byte !== 10 && byte !== 13);
  if (first === 0x5b) return inspectGraph(bytes, options.signal); // [
  if (first === 0x7b)
    return isEnvelope(bytes)
      ? inspectEnvelope(bytes, await trustedRoot(options.trust))
      : inspectArchiveFiles(path, bytes); // {
  if (bytes.length === 0) throw unknownFile(path, 'is empty');
  if (path.endsWith('.zip'))
    throw unknownFile(path, 'has the name of a zip archive, but not its first bytes: cut off, or something else');
  return inspectManifest(bytes, await findPublicKey(path, options.publicKey));
}

async function trustedRoot(bytes: Uint8Array | undefined): Promise<TrustedRoot | undefined> {
  return bytes && trustRoot(bytes);
}

async function readHead(path: string): Promise<Uint8Array> {
  const handle = await open(path, 'r').catch((error: unknown) => {
    throw inputError(path, error);
  });
  try {
    const { buffer, bytesRead } = await handle.read(new Uint8Array(4), 0, 4, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** A local header, or the end record of an empty archive. */
function isZip(head: Uint8Array): boolean {
  return head[0] === 0x50 && head[1] === 0x4b && ((head[2] === 3 && head[3] === 4) || (head[2] === 5 && head[3] === 6));
}

/** Envelopes are compact, and begin like this. */
function isEnvelope(bytes: Uint8Array): boolean {
  return new TextDecoder().decode(bytes.subarray(0, 200)).includes('"payloadType"');
}

function unknownFile(path: string, problem: string): CliError {
  return new CliError('ERR_INPUT_UNKNOWN', `${path} ${problem}`, {
    details: { file: path },
    hint: 'lading inspect reads Defold manifests, game.graph.json, zips, bundles (folder, archive_files.json, game.arci), and signed documents.',
  });
}
