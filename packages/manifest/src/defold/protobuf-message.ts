import { ManifestError } from '../manifest-error.js';
import type { ProblemList } from './problem-list.js';
import { ProtobufReader, WIRE_BYTES, WIRE_VARINT, WireError } from './protobuf-reader.js';
import type { Decoded, Encodable, Field, FieldRules, FieldType, FieldValue, MessageSchema } from './protobuf-schema.js';
import { ProtobufWriter } from './protobuf-writer.js';

/** How messages are judged. */
export interface DecodeContext {
  /** Where problems go. */
  readonly problems: ProblemList;
  /** False judges the encoding alone: a field may be missing, and one of another wire type counts as unknown. */
  readonly isComplete: boolean;
}

/** A message that is being decoded. */
interface Decoding extends DecodeContext {
  readonly reader: ProtobufReader;
  readonly path: string;
  readonly values: Record<string, FieldValue | FieldValue[] | undefined>;
  /** A bit for each field that came; field numbers of Defold's messages go up to 7. */
  seen: number;
}

/** Up to here ASCII is read without TextDecoder, whose call alone costs more than the text. */
const MAX_SHORT = 200;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Decodes one message strictly: a singular field that comes twice, a required one that does not come, another wire type
 * (packed lists among them), a value out of range and text that is not UTF-8 are problems. Unknown fields are skipped.
 */
export function decodeMessage<Rules extends FieldRules>(
  bytes: Uint8Array,
  schema: MessageSchema<Rules>,
  at: DecodeContext & { readonly path: string },
): Decoded<Rules> {
  const values: Decoding['values'] = {};
  for (const field of schema.byNumber.values()) values[field.name] = field.rule === 'repeated' ? [] : undefined;
  const { problems, isComplete, path } = at;
  const decoding: Decoding = { problems, isComplete, path, values, seen: 0, reader: new ProtobufReader(bytes) };
  if (readFields(decoding, schema.byNumber) && isComplete) reportMissing(decoding, schema.byNumber);
  return values as Decoded<Rules>;
}

/** Encodes one message: fields in the order of the schema, lists unpacked, optional fields only where given. */
export function encodeMessage<Rules extends FieldRules>(
  schema: MessageSchema<Rules>,
  values: Encodable<Rules>,
): Uint8Array<ArrayBuffer> {
  const writer = new ProtobufWriter();
  for (const field of schema.byNumber.values()) {
    const value = values[field.name] as FieldValue | readonly FieldValue[] | undefined;
    if (value === undefined) continue;
    for (const item of Array.isArray(value) ? (value as readonly FieldValue[]) : [value as FieldValue]) {
      writeField(writer, field, item);
    }
  }
  return writer.finish();
}

function readFields(decoding: Decoding, fields: ReadonlyMap<number, Field>): boolean {
  const { reader } = decoding;
  try {
    while (!reader.isAtEnd) {
      const key = reader.readKey();
      const field = fields.get(Math.floor(key / 8));
      if (field === undefined) reader.skip(key);
      else readField(decoding, field, key);
    }
    return true;
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    decoding.problems.add(decoding.path, error.message);
    return false;
  }
}

function readField(decoding: Decoding, field: Field, key: number): void {
  const { reader, values } = decoding;
  const expected = isVarint(field.type) ? WIRE_VARINT : WIRE_BYTES;
  if (key % 8 !== expected) {
    reader.skip(key);
    if (!decoding.isComplete) return;
    decoding.seen |= 1 << field.number;
    report(decoding, field, wireTypeProblem(field, key % 8, expected));
    return;
  }
  if (field.rule !== 'repeated' && hasSeen(decoding, field)) report(decoding, field, 'comes twice');
  decoding.seen |= 1 << field.number;
  const value = readValue(decoding, field);
  if (field.rule === 'repeated') append(values[field.name] as FieldValue[], value, decoding, field);
  else values[field.name] = value;
}

/** Stops a list at its limit while it is read: two bytes of input could cost a hundred of memory. */
function append(list: FieldValue[], value: FieldValue, { path }: Decoding, { name, maxCount }: Field): void {
  if (list.length >= maxCount) {
    throw new ManifestError('ERR_TOO_LARGE', `The manifest has more than ${maxCount} ${name}`, {
      details: { path: `${path}/${name}`, maxCount },
    });
  }
  list.push(value);
}

function readValue(decoding: Decoding, field: Field): FieldValue {
  const { reader } = decoding;
  switch (field.type) {
    case 'uint64':
      return BigInt(reader.readVarint());
    case 'uint32':
      return inRange(reader.readVarint(), decoding, field);
    case 'bool':
      return reader.readVarint() > 0;
    case 'string':
      return decodeText(reader.readBytes(), decoding, field);
    case 'bytes':
    case 'message':
      return reader.readBytes();
  }
}

function inRange(value: number | bigint, decoding: Decoding, field: Field): number {
  if (value <= 0xffff_ffff) return Number(value);
  report(decoding, field, `is ${value}; the largest uint32 is ${0xffff_ffff}`);
  return 0;
}

function decodeText(bytes: Uint8Array, decoding: Decoding, field: Field): string {
  if (bytes.length <= MAX_SHORT && bytes.every((byte) => byte < 0x80)) return String.fromCharCode(...bytes);
  try {
    return utf8.decode(bytes);
  } catch {
    // The decoder's message says no more than this.
    report(decoding, field, 'is not UTF-8');
    return '';
  }
}

function report({ problems, path }: Decoding, { name }: Field, problem: string): void {
  problems.add(`${path}/${name}`, problem);
}

function hasSeen({ seen }: Decoding, { number }: Field): boolean {
  return (seen & (1 << number)) !== 0;
}

function reportMissing(decoding: Decoding, fields: ReadonlyMap<number, Field>): void {
  for (const field of fields.values()) {
    if (field.rule === 'required' && !hasSeen(decoding, field)) report(decoding, field, 'is missing');
  }
}

function wireTypeProblem(field: Field, actual: number, expected: number): string {
  if (field.rule === 'repeated' && actual === WIRE_BYTES) return 'is a packed list, which the engine refuses';
  return `has wire type ${actual} instead of ${expected}`;
}

function isVarint(type: FieldType): boolean {
  return type === 'uint32' || type === 'uint64' || type === 'bool';
}

function writeField(writer: ProtobufWriter, { number, type }: Field, value: FieldValue): void {
  writer.writeVarint(number * 8 + (isVarint(type) ? WIRE_VARINT : WIRE_BYTES));
  if (typeof value === 'number' || typeof value === 'bigint') writer.writeVarint(value);
  else if (typeof value === 'boolean') writer.writeVarint(value ? 1 : 0);
  else if (typeof value === 'string') writer.writeText(value);
  else writer.writeBytes(value);
}
