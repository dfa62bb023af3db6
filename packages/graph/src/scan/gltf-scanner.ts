import { GraphError } from '../graph-error.js';
import { parseJsonFile } from './json-values.js';
import type { ScannedReference, Scanner } from './scanner.js';

const GLB_MAGIC = 0x46546c67;
const GLB_HEADER_BYTES = 12;
const CHUNK_HEADER_BYTES = 8;
const JSON_CHUNK = 0x4e4f534a;
const SCHEME = /^[a-z][a-z0-9+.-]*:/i;

/**
 * Makes a scanner of glTF 2.0 files, `.gltf` and `.glb`: the `uri` of each buffer and image, percent-decoded. Data URIs
 * and absolute ones (`https:`) name no file of the folder and are left out.
 *
 * @see https://registry.khronos.org/glTF/specs/2.0/glTF-2.0.html, sections 2.8 (URIs) and 4.4 (GLB)
 */
export function gltfScanner(): Scanner {
  return {
    name: 'gltf',
    matches: (path) => /\.(?:gltf|glb)$/i.test(path),
    references: (path, bytes) => gltfReferences(parseJsonFile(/\.glb$/i.test(path) ? glbJson(bytes) : bytes)),
  };
}

function* gltfReferences(document: unknown): Generator<ScannedReference> {
  for (const kind of ['buffers', 'images']) {
    for (const [index, item] of listOf(document, kind).entries()) {
      const uri = memberOf(item, 'uri');
      if (typeof uri !== 'string' || SCHEME.test(uri)) continue;
      yield { to: percentDecoded(uri), at: `/${kind}/${index}/uri` };
    }
  }
}

/** The JSON chunk of a GLB: header (magic, version, length: u32 each), then chunks (length u32, type u32, data). */
function glbJson(bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const first = GLB_HEADER_BYTES + CHUNK_HEADER_BYTES;
  if (bytes.length < first || view.getUint32(0, true) !== GLB_MAGIC)
    throw glbError('does not begin as a GLB file does');
  const version = view.getUint32(4, true);
  if (version !== 2) throw glbError(`has GLB version ${version}; expected 2`);
  const length = view.getUint32(GLB_HEADER_BYTES, true);
  if (view.getUint32(GLB_HEADER_BYTES + 4, true) !== JSON_CHUNK)
    throw glbError('does not have JSON as its first chunk');
  if (length > bytes.length - first)
    throw glbError(`has a chunk of ${length} bytes and only ${bytes.length - first} left`);
  return bytes.subarray(first, first + length);
}

function glbError(problem: string): GraphError {
  return new GraphError('ERR_GRAPH_REFERENCE', problem);
}

function percentDecoded(uri: string): string {
  const path = uri.replace(/[?#].*$/s, '');
  try {
    return decodeURIComponent(path);
  } catch {
    // A percent sign that stands for itself: many exporters write file names unescaped.
    return path;
  }
}

function listOf(value: unknown, key: string): readonly unknown[] {
  const list = memberOf(value, key);
  return Array.isArray(list) ? list : [];
}

function memberOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;
}
