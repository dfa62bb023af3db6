import type { JsonWindow } from './json-window.js';

/** Bits of the keys that Bob writes. */
export const KEY_PATH = 1;
export const KEY_DIGEST = 2;
export const KEY_TYPE = 4;
export const KEY_BUNDLED = 8;
export const KEY_CHILDREN = 16;

const QUOTE = 0x22;
const BITS: ReadonlyMap<string, number> = new Map([
  ['path', KEY_PATH],
  ['hexDigest', KEY_DIGEST],
  ['nodeType', KEY_TYPE],
  ['isInMainBundle', KEY_BUNDLED],
  ['children', KEY_CHILDREN],
]);

/** The bit of a key; 0 for all that Bob does not write. */
export function keyBit(name: string): number {
  return BITS.get(name) ?? 0;
}

/** The key of a bit. */
export function keyName(bit: number): string {
  for (const [name, itsBit] of BITS) if (itsBit === bit) return name;
  return '';
}

/** Bytes of a key and its closing quote, by bit. */
export const KEY_LENGTHS: readonly number[] = Array.from({ length: 17 }, (_, bit) => keyName(bit).length + 1);

const PATH = 0x68746170;
const HEXD = 0x44786568;
const IGES = 0x73656769;
const CHIL = 0x6c696863;
const DREN = 0x6e657264;
const IS_I = 0x6e497369;
const N_MA = 0x6e69614d;
const IN_B = 0x646e7542;
const NODE = 0x65646f6e;
const TYPE = 0x65707954;

/** The bit of a key in its plain spelling, compared four bytes at a time; 0 for all others. */
export function plainKeyBit(window: JsonWindow, at: number): number {
  const { view, bytes } = window;
  switch (view.getInt32(at, true)) {
    case PATH:
      return bytes[at + 4] === QUOTE ? KEY_PATH : 0;
    case HEXD:
      return at + 12 <= window.end &&
        view.getInt32(at + 4, true) === IGES &&
        bytes[at + 8] === 0x74 &&
        bytes[at + 9] === QUOTE
        ? KEY_DIGEST
        : 0;
    case CHIL:
      return at + 12 <= window.end && view.getInt32(at + 4, true) === DREN && bytes[at + 8] === QUOTE
        ? KEY_CHILDREN
        : 0;
    case IS_I:
      return isMainBundleKey(window, at) ? KEY_BUNDLED : 0;
    case NODE:
      return at + 12 <= window.end && view.getInt32(at + 4, true) === TYPE && bytes[at + 8] === QUOTE ? KEY_TYPE : 0;
    default:
      return 0;
  }
}

function isMainBundleKey({ view, bytes, end }: JsonWindow, at: number): boolean {
  if (at + 16 > end) return false;
  return (
    view.getInt32(at + 4, true) === N_MA &&
    view.getInt32(at + 8, true) === IN_B &&
    bytes[at + 12] === 0x6c &&
    bytes[at + 13] === 0x65 &&
    bytes[at + 14] === QUOTE
  );
}
