import { GraphError } from '../../graph-error.js';

const DECODER = new TextDecoder('utf-8', { fatal: true });

/**
 * Decodes a text file in UTF-8; a byte order mark is left out.
 *
 * @throws GraphError `ERR_GRAPH_REFERENCE` where it is not UTF-8.
 */
export function textFile(bytes: Uint8Array): string {
  try {
    return DECODER.decode(bytes);
  } catch (cause) {
    throw new GraphError('ERR_GRAPH_REFERENCE', 'is not text in UTF-8', { cause });
  }
}

/** Makes a function that says of an offset into a text where it is, as `line:column`, both from 1. Offsets must not fall. */
export function lineCounter(text: string): (offset: number) => string {
  let [line, start] = [1, 0];
  return (offset) => {
    for (let at = text.indexOf('\n', start); at >= 0 && at < offset; at = text.indexOf('\n', start)) {
      line++;
      start = at + 1;
    }
    return `${line}:${offset - start + 1}`;
  };
}
