/** Types of fields that Defold's messages use; `message` is bytes that hold a message of their own. */
export type FieldType = 'uint32' | 'uint64' | 'bool' | 'string' | 'bytes' | 'message';

/** A field: its number on the wire, its type, whether it must be there or may repeat, and how often at most. */
export type FieldRule = readonly [
  number: number,
  type: FieldType,
  rule: 'required' | 'optional' | 'repeated',
  maxCount?: number,
];

/** The fields of a message by name, in ascending order of their numbers: the order they are written in. */
export type FieldRules = Readonly<Record<string, FieldRule>>;

/** A message that can be decoded and encoded. */
export interface MessageSchema<Rules extends FieldRules> {
  readonly rules: Rules;
  readonly byNumber: ReadonlyMap<number, Field>;
}

/** A field and its name. */
export interface Field {
  readonly name: string;
  readonly number: number;
  readonly type: FieldType;
  readonly rule: FieldRule[2];
  readonly maxCount: number;
}

/** A value of any field. */
export type FieldValue = number | bigint | boolean | string | Uint8Array;

type ValueOf<Type extends FieldType> = Type extends 'uint32'
  ? number
  : Type extends 'uint64'
    ? bigint
    : Type extends 'bool'
      ? boolean
      : Type extends 'string'
        ? string
        : Uint8Array;

/** What decoding gives: a list for a repeated field, a value or `undefined` for any other. */
export type Decoded<Rules extends FieldRules> = {
  -readonly [Name in keyof Rules]: Rules[Name][2] extends 'repeated'
    ? ValueOf<Rules[Name][1]>[]
    : ValueOf<Rules[Name][1]> | undefined;
};

/** What encoding takes: every required field, every list, optional ones or `undefined`. */
export type Encodable<Rules extends FieldRules> = {
  readonly [Name in keyof Rules]: Rules[Name][2] extends 'repeated'
    ? readonly ValueOf<Rules[Name][1]>[]
    : Rules[Name][2] extends 'required'
      ? ValueOf<Rules[Name][1]>
      : ValueOf<Rules[Name][1]> | undefined;
};

/** Declares a message by its table of fields. */
export function message<const Rules extends FieldRules>(rules: Rules): MessageSchema<Rules> {
  const fields = Object.entries(rules).map(([name, [number, type, rule, maxCount]]): Field => {
    return { name, number, type, rule, maxCount: maxCount ?? Number.POSITIVE_INFINITY };
  });
  return { rules, byNumber: new Map(fields.map((field) => [field.number, field])) };
}
