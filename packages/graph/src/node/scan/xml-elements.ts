import { SaxesParser } from 'saxes';
import { GraphError } from '../../graph-error.js';
import { textFile } from './text-file.js';

/** One start tag of an XML file. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  /** Where the tag ends: `line:column`. */
  readonly at: string;
}

/**
 * Reads all start tags of an XML file in order. External entities are never loaded.
 *
 * @throws GraphError `ERR_GRAPH_REFERENCE` where it is not well-formed XML in UTF-8.
 */
export function xmlElements(bytes: Uint8Array): XmlElement[] {
  const parser = new SaxesParser();
  const elements: XmlElement[] = [];
  parser.on('error', (cause) => {
    throw new GraphError('ERR_GRAPH_REFERENCE', `is not XML: ${cause.message}`, { cause });
  });
  parser.on('opentag', ({ name, attributes }) => {
    const at = `${parser.line}:${Math.max(1, parser.column)}`;
    elements.push({ name, attributes: new Map(Object.entries(attributes)), at });
  });
  parser.write(textFile(bytes)).close();
  return elements;
}
