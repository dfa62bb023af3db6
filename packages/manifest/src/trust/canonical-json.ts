import { ManifestError } from '../manifest-error.js';

/** How deep {@link canonicalJson} goes; deeper values are refused, so that no input can exhaust the stack. */
const MAX_DEPTH = 100;

/**
 * Writes a value as JSON in one form: keys sorted by UTF-16 code unit, no white space, numbers and strings as
 * ECMAScript writes them (RFC 8785). Equal values give equal text, whatever the order of their keys. Fields that are
 * `undefined` are left out.
 *
 * @throws ManifestError `ERR_DOCUMENT` for what JSON does not have (a number that is not finite, a function, a bigint,
 * `undefined` outside a field) and for more than 100 levels.
 * @example
 * canonicalJson({ b: 1, a: [true, null] }); // → '{"a":[true,null],"b":1}'
 */
export function canonicalJson(value: unknown): string {
  return write(value, 0);
}

function write(value: unknown, depth: number): string {
  if (depth > MAX_DEPTH) throw new ManifestError('ERR_DOCUMENT', `JSON is nested deeper than ${MAX_DEPTH} levels`);
  if (typeof value === 'object' && value !== null) return writeContainer(value, depth + 1);
  const isPlain = value === null || typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value);
  if (isPlain) return JSON.stringify(value);
  throw new ManifestError('ERR_DOCUMENT', `JSON has no ${typeof value === 'number' ? value : typeof value}`);
}

function writeContainer(value: object, depth: number): string {
  if (Array.isArray(value)) return `[${Array.from(value, (item) => write(item, depth)).join(',')}]`;
  const fields: string[] = [];
  for (const key of Object.keys(value).sort()) {
    const field = (value as Readonly<Record<string, unknown>>)[key];
    if (field !== undefined) fields.push(`${JSON.stringify(key)}:${write(field, depth)}`);
  }
  return `{${fields.join(',')}}`;
}
