import { open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { type TrustedRoot, trustRoot } from '@lading/manifest';
import { ARCHIVE_FILES_NAME } from '@lading/manifest/node';
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
  if (first === 0x5b && !isSettings(bytes)) return inspectGraph(bytes, options.signal); // [
  if (first === 0x7b) return inspectObject(path, bytes, options); // {
  if (bytes.length === 0) throw unknownFile(path, 'is empty');
  if (isSettings(bytes)) throw unknownFile(path, 'is a settings file such as game.project');
  if (headText(bytes, 11) === '-----BEGIN ') throw unknownFile(path, 'is a key or certificate in PEM form');
  if (path.endsWith('.zip'))
    throw unknownFile(path, 'has the name of a zip archive, but not its first bytes: cut off, or something else');
  return inspectManifest(bytes, await findPublicKey(path, options.publicKey));
}

async function inspectObject(path: string, bytes: Uint8Array, options: InspectOptions): Promise<Inspection> {
  if (isEnvelope(bytes)) return inspectEnvelope(bytes, await trustedRoot(options.trust));
  if (headText(bytes, 4096).includes('"content"') || basename(path) === ARCHIVE_FILES_NAME)
    return inspectArchiveFiles(path, bytes);
  throw unknownFile(path, 'begins like JSON, but is neither a signed document nor archive_files.json');
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
  return headText(bytes, 200).includes('"payloadType"');
}

/** `[section]`: Defold's game.project and its compiled form begin like a JSON list. */
function isSettings(bytes: Uint8Array): boolean {
  return /^\s*\[[a-z_][\w.-]*\]\s*$/im.test(headText(bytes, 200).split('\n')[0] ?? '');
}

function headText(bytes: Uint8Array, sizeBytes: number): string {
  return new TextDecoder().decode(bytes.subarray(0, sizeBytes));
}

function unknownFile(path: string, problem: string): CliError {
  return new CliError('ERR_INPUT_UNKNOWN', `${path} ${problem}`, {
    details: { file: path },
    hint: 'lading inspect reads Defold manifests, game.graph.json, zips, bundles (folder, archive_files.json, game.arci), and signed documents.',
  });
}
