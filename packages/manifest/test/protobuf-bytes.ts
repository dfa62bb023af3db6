/** Protobuf by hand, also wrong protobuf: the tests' own writer, apart from the one under test. */

export function varint(value: number | bigint): number[] {
  const bytes: number[] = [];
  let rest = BigInt(value);
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return [...bytes, Number(rest)];
}

/** A varint field. */
export function number(field: number, value: number | bigint): number[] {
  return [...varint(field * 8), ...varint(value)];
}

/** A length-delimited field: bytes, text, or fields of a message. */
export function bytes(field: number, content: string | Iterable<number>): number[] {
  const value = typeof content === 'string' ? [...new TextEncoder().encode(content)] : [...content];
  return [...varint(field * 8 + 2), ...varint(value.length), ...value];
}

/** A HashDigest message of one byte repeated. */
export function digest(field: number, fill: number, length = 20): number[] {
  return bytes(field, bytes(1, new Array<number>(length).fill(fill)));
}

export const HEADER: readonly number[] = bytes(1, [
  ...number(1, 2),
  ...number(2, 3),
  ...number(3, 1),
  ...digest(4, 0xaa),
]);

/** Fields of an entry by number, so that a test can replace or drop one. */
export type EntryFields = Record<number, readonly number[]>;

export function entryFields(urlHash: bigint, fill = 1): EntryFields {
  return {
    1: digest(1, fill),
    2: bytes(2, ''),
    3: number(3, urlHash),
    4: number(4, 10),
    5: number(5, 0xffff_ffff),
    6: number(6, 2),
  };
}

export function entry(fields: EntryFields): number[] {
  return bytes(3, Object.values(fields).flat());
}

/** A version 5 file around the content of `data`. */
export function manifestFile(data: readonly number[]): Uint8Array {
  return Uint8Array.from([...bytes(1, data), ...bytes(2, ''), ...number(4, 5)]);
}

export function manifestOf(...entries: readonly EntryFields[]): Uint8Array {
  return manifestFile([...HEADER, ...entries.flatMap(entry)]);
}
