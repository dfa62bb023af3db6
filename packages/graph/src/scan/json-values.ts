import { GraphError } from '../graph-error.js';

/** How deep a scanned JSON file may nest. */
const MAX_DEPTH = 512;

const DECODER = new TextDecoder('utf-8', { fatal: true });

/**
 * Parses a JSON file.
 *
 * @throws GraphError `ERR_GRAPH_JSON` where it is not JSON in UTF-8.
 */
export function parseJsonFile(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(DECODER.decode(bytes));
  } catch (cause) {
    const why = cause instanceof SyntaxError ? cause.message : 'it is not UTF-8';
    throw new GraphError('ERR_GRAPH_JSON', `is not JSON: ${why}`, { cause });
  }
}

/** One string of a JSON value, and the JSON pointer (RFC 6901) to it. */
export interface JsonString {
  readonly text: string;
  readonly pointer: string;
}

/**
 * Goes through all strings that are values (not keys), in the order of the text, without recursion.
 *
 * @throws GraphError `ERR_GRAPH_LIMIT` where the value nests deeper than 512.
 */
export function* jsonStrings(value: unknown): Generator<JsonString> {
  const open: { value: unknown; pointer: string; depth: number }[] = [{ value, pointer: '', depth: 0 }];
  for (let item = open.pop(); item !== undefined; item = open.pop()) {
    const { pointer, depth } = item;
    if (typeof item.value === 'string') yield { text: item.value, pointer };
    if (typeof item.value !== 'object' || item.value === null) continue;
    if (depth === MAX_DEPTH) throw new GraphError('ERR_GRAPH_LIMIT', `nests deeper than ${MAX_DEPTH}`);
    const members = Object.entries(item.value).reverse();
    for (const [key, member] of members)
      open.push({ value: member, pointer: `${pointer}/${pointerToken(key)}`, depth: depth + 1 });
  }
}

/** Writes a key as a part of a JSON pointer. */
export function pointerToken(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}
