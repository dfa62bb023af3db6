import { ManifestError } from './manifest-error.js';

/** How {@link parseJson} reads. */
export interface ParseJsonOptions {
  /** The most bytes that are read; checked before anything is decoded. */
  readonly maxBytes: number;
  /** What the bytes are, for the message: `'channel "stable"'`. */
  readonly what: string;
  /** Also refuses an object that names a key twice, so that every reader sees the same document. Default false. */
  readonly uniqueKeys?: boolean | undefined;
}

/**
 * Parses JSON bytes strictly: a size limit, then UTF-8 without a byte order mark or a broken sequence, then RFC 8259.
 *
 * @returns A value of unknown shape. Validate it before use; names from outside belong in a `Map`.
 * @throws ManifestError `ERR_TOO_LARGE` above `maxBytes`, `ERR_JSON` for anything that is not JSON
 * (`details.reason`: `utf8`, `bom`, `syntax` or `duplicate-key`).
 * @example
 * parseJson(new TextEncoder().encode('{"a":1}'), { maxBytes: 100, what: 'example' }); // → { a: 1 }
 */
export function parseJson(bytes: Uint8Array, options: ParseJsonOptions): unknown {
  const { maxBytes, what } = options;
  if (bytes.length > maxBytes) {
    throw new ManifestError('ERR_TOO_LARGE', `${what} has ${bytes.length} bytes; the limit is ${maxBytes}`, {
      details: { what, sizeBytes: bytes.length, maxBytes },
    });
  }
  const text = decodeUtf8(bytes, what);
  const value = parseText(text, what);
  const repeated = options.uniqueKeys === true ? findRepeatedKey(text) : undefined;
  if (repeated !== undefined) {
    throw jsonError(what, 'duplicate-key', `names the key ${JSON.stringify(repeated.slice(0, 100))} twice`);
  }
  return value;
}

function decodeUtf8(bytes: Uint8Array, what: string): string {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) {
    throw jsonError(what, 'bom', 'starts with a byte order mark');
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw jsonError(what, 'utf8', 'is not UTF-8', cause);
  }
}

function parseText(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    // Engine messages quote the input: they stay in `cause`, which may hold control characters, out of the message.
    throw jsonError(what, 'syntax', 'is not JSON', cause);
  }
}

function jsonError(what: string, reason: string, problem: string, cause?: unknown): ManifestError {
  return new ManifestError('ERR_JSON', `${what} ${problem}`, { cause, details: { what, reason } });
}

/** Finds a key that one object names twice. The text is known to be JSON, so strings and braces are all that matter. */
function findRepeatedKey(text: string): string | undefined {
  const open: Set<string>[] = [];
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '{') open.push(new Set());
    else if (character === '}') open.pop();
    else if (character === '"') {
      const end = endOfString(text, at);
      const keys = open[open.length - 1];
      if (keys !== undefined && isFollowedByColon(text, end)) {
        const key = JSON.parse(text.slice(at, end)) as string;
        if (keys.has(key)) return key;
        keys.add(key);
      }
      at = end - 1;
    }
  }
  return undefined;
}

/** Just behind the closing quote. By search, not by a regular expression: those run out of stack on a string of 16 MB. */
function endOfString(text: string, start: number): number {
  for (let quote = text.indexOf('"', start + 1); ; quote = text.indexOf('"', quote + 1)) {
    let backslashes = 0;
    while (text[quote - 1 - backslashes] === '\\') backslashes++;
    if (backslashes % 2 === 0) return quote + 1;
  }
}

function isFollowedByColon(text: string, at: number): boolean {
  let next = at;
  while (text[next] === ' ' || text[next] === '\t' || text[next] === '\n' || text[next] === '\r') next++;
  return text[next] === ':';
}
