import { isLadingError } from '@lading/manifest';
import { MAX_VECTOR_LINE_LENGTH, rejected, type VectorAnswer, type VectorId } from './vector-answer.js';
import { VECTOR_OPERATIONS, VectorRequestError } from './vector-operations.js';

/**
 * Answers one test vector: judges a zip, a Defold manifest, a `game.graph.json`, a signature or a resource path with
 * the code that judges them everywhere else, and says `accept` or `reject`. Never rejects and never throws.
 *
 * Requests: `{id, op: "zip", data}`, `{id, op: "manifest", data}` (base64), `{id, op: "graph", text}`,
 * `{id, op: "signature", algorithm: "ES256" | "Ed25519" | "RS256", key, message, signature}` (base64, key = SPKI DER),
 * `{id, op: "path", path}`. A wrong request is a `reject` with an `ERR_VECTOR_*` code.
 *
 * @example
 * await answerVector({ id: 1, op: 'path', path: '/a/../b' });
 * // → { id: 1, verdict: 'reject', code: 'ERR_PATH', message: 'Resource path "/a/../b" has a .. segment' }
 */
export async function answerVector(request: unknown): Promise<VectorAnswer> {
  const fields = fieldsOf(request);
  const id = idOf(fields?.get('id'));
  if (fields === undefined) return rejected(id, 'ERR_VECTOR_REQUEST', 'A request is a JSON object');
  const op = fields.get('op');
  const operation = typeof op === 'string' ? VECTOR_OPERATIONS.get(op) : undefined;
  if (operation === undefined) {
    const known = [...VECTOR_OPERATIONS.keys()].join(', ');
    return rejected(id, 'ERR_VECTOR_REQUEST', `Unknown op ${shown(op)}: expected one of ${known}`);
  }
  try {
    const entries = await operation(fields);
    return entries === undefined ? { id, verdict: 'accept' } : { id, verdict: 'accept', entries };
  } catch (error) {
    return answerToError(id, error);
  }
}

/**
 * Answers one line of the vector protocol with one line, without its line feed. A line that is no JSON is answered too,
 * with `id: null`.
 *
 * @example
 * await answerVectorLine('{"id":1,"op":"path","path":"/a"}'); // → '{"id":1,"verdict":"accept"}'
 */
export async function answerVectorLine(line: string): Promise<string> {
  return JSON.stringify(await answerLine(line));
}

async function answerLine(line: string): Promise<VectorAnswer> {
  if (line.length > MAX_VECTOR_LINE_LENGTH) {
    return rejected(null, 'ERR_VECTOR_TOO_LARGE', `The line is longer than ${MAX_VECTOR_LINE_LENGTH}`);
  }
  let request: unknown;
  try {
    request = JSON.parse(line);
  } catch (error) {
    return rejected(null, 'ERR_VECTOR_JSON', `Not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  return answerVector(request);
}

/** A bug of ours is an answer as well, with a code that no package has: one vector must not end a run of thousands. */
function answerToError(id: VectorId, error: unknown): VectorAnswer {
  if (isLadingError(error)) return rejected(id, error.code, error.message);
  if (error instanceof VectorRequestError) return rejected(id, error.code, error.message);
  return rejected(id, 'ERR_INTERNAL', error instanceof Error ? `${error.name}: ${error.message}` : String(error));
}

function fieldsOf(request: unknown): ReadonlyMap<string, unknown> | undefined {
  if (typeof request !== 'object' || request === null || Array.isArray(request)) return undefined;
  return new Map(Object.entries(request));
}

function idOf(id: unknown): VectorId {
  return typeof id === 'string' || (typeof id === 'number' && Number.isFinite(id)) ? id : null;
}

function shown(value: unknown): string {
  return value === undefined ? '(none)' : (JSON.stringify(value) ?? String(value)).slice(0, 60);
}
