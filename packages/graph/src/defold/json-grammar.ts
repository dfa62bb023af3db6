import { GraphError } from '../graph-error.js';
import type { JsonWindow } from './json-window.js';

/** How deep lists and objects may nest in a value that is skipped. */
export const MAX_JSON_DEPTH = 512;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const LIST_START = 0x5b;
const LIST_END = 0x5d;
const OBJECT_START = 0x7b;
const OBJECT_END = 0x7d;

/** The first place from `at` that holds no JSON white space. */
export function skipSpace(bytes: Uint8Array, at: number): number {
  let i = at;
  for (;;) {
    const byte = bytes[i] as number;
    if (byte > 0x20 || (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09)) return i;
    i++;
  }
}

/** Checks the rest of a string whose opening quote is before `at`; returns the place behind its closing quote. */
export function skipString(window: JsonWindow, at: number): number {
  const { bytes } = window;
  let i = at;
  for (;;) {
    const byte = bytes[i] as number;
    if (byte === QUOTE) return i + 1;
    if (byte === BACKSLASH) i = skipEscape(window, i + 1);
    else if (byte < 0x20) window.fail(i, 'a string holds a control character');
    else if (byte < 0x80) i++;
    else i = skipUtf8(window, i);
  }
}

function skipEscape(window: JsonWindow, at: number): number {
  const byte = window.bytes[at] as number;
  if (byte !== 0x75) return ESCAPES.has(byte) ? at + 1 : window.fail(at, 'a string has an unknown escape');
  for (let i = at + 1; i <= at + 4; i++) {
    if (!isHexDigit(window.bytes[i] as number)) window.fail(i, 'a \\u escape has less than four hex digits');
  }
  return at + 5;
}

const ESCAPES: ReadonlySet<number> = new Set(Array.from('"\\/bfnrt', (c) => c.charCodeAt(0)));

function isHexDigit(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x46) || (byte >= 0x61 && byte <= 0x66);
}

/** One character outside ASCII: well-formed UTF-8 as RFC 3629, table of section 4. */
function skipUtf8(window: JsonWindow, at: number): number {
  const { bytes } = window;
  const lead = bytes[at] as number;
  const length =
    lead >= 0xc2 && lead <= 0xdf ? 2 : lead >= 0xe0 && lead <= 0xef ? 3 : lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;
  if (length === 0) window.fail(at, 'a byte is not UTF-8');
  const lowest = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  const highest = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  const second = bytes[at + 1] as number;
  if (second < lowest || second > highest) window.fail(at + 1, 'a byte is not UTF-8');
  for (let i = at + 2; i < at + length; i++) {
    const byte = bytes[i] as number;
    if (byte < 0x80 || byte > 0xbf) window.fail(i, 'a byte is not UTF-8');
  }
  return at + length;
}

/** Checks `true`, `false` or `null`; returns the place behind it. */
export function skipWord(window: JsonWindow, at: number, word: string): number {
  for (let i = 0; i < word.length; i++) {
    if (window.bytes[at + i] !== word.charCodeAt(i)) window.fail(at + i, 'there is something that is no JSON value');
  }
  return at + word.length;
}

function skipNumber(window: JsonWindow, at: number): number {
  const { bytes } = window;
  let i = bytes[at] === 0x2d ? at + 1 : at;
  if (bytes[i] === 0x30) i++;
  else i = skipDigits(window, i);
  if (bytes[i] === 0x2e) i = skipDigits(window, i + 1);
  if (bytes[i] === 0x65 || bytes[i] === 0x45) {
    i++;
    if (bytes[i] === 0x2b || bytes[i] === 0x2d) i++;
    i = skipDigits(window, i);
  }
  return i;
}

function skipDigits(window: JsonWindow, at: number): number {
  let i = at;
  while ((bytesAt(window, i) ^ 0x30) <= 9) i++;
  if (i === at) window.fail(at, 'a number lacks a digit');
  return i;
}

function bytesAt(window: JsonWindow, at: number): number {
  return window.bytes[at] as number;
}

/** Checks a string, number or word that begins at `at`; returns the place behind it. */
export function skipScalar(window: JsonWindow, at: number): number {
  switch (window.bytes[at]) {
    case QUOTE:
      return skipString(window, at + 1);
    case 0x74:
      return skipWord(window, at, 'true');
    case 0x66:
      return skipWord(window, at, 'false');
    case 0x6e:
      return skipWord(window, at, 'null');
    default:
      return isNumberStart(window.bytes[at] as number)
        ? skipNumber(window, at)
        : window.fail(at, 'there is something that is no JSON value');
  }
}

function isNumberStart(byte: number): boolean {
  return byte === 0x2d || (byte >= 0x30 && byte <= 0x39);
}

/**
 * Checks any JSON value that begins at `at` (no white space before it); returns the place behind it. Does not recurse.
 *
 * @throws GraphError `ERR_GRAPH_JSON` where it is not JSON, `ERR_GRAPH_LIMIT` where it nests deeper than
 * {@link MAX_JSON_DEPTH}.
 */
export function skipValue(window: JsonWindow, at: number): number {
  const { bytes } = window;
  const closers: number[] = [];
  let i = at;
  for (;;) {
    const byte = bytes[i] as number;
    if (byte === LIST_START || byte === OBJECT_START) {
      const closer = byte === LIST_START ? LIST_END : OBJECT_END;
      i = skipSpace(bytes, i + 1);
      if (bytes[i] === closer) i++;
      else {
        if (closers.length === MAX_JSON_DEPTH) failDepth(window, i);
        closers.push(closer);
        if (closer === OBJECT_END) i = skipKey(window, i);
        continue;
      }
    } else i = skipScalar(window, i);
    i = closeAll(window, closers, i);
    if (closers.length === 0) return i;
    i = nextItem(window, closers, i);
  }
}

/** Leaves every list and object that ends here; stops before a comma. */
function closeAll(window: JsonWindow, closers: number[], at: number): number {
  let i = at;
  while (closers.length > 0) {
    const next = skipSpace(window.bytes, i);
    if (window.bytes[next] !== closers.at(-1)) return i;
    closers.pop();
    i = next + 1;
  }
  return i;
}

function nextItem(window: JsonWindow, closers: readonly number[], at: number): number {
  const i = skipSpace(window.bytes, at);
  if (window.bytes[i] !== COMMA) window.fail(i, 'a comma or a closing bracket is missing');
  const next = skipSpace(window.bytes, i + 1);
  return closers.at(-1) === OBJECT_END ? skipKey(window, next) : next;
}

/** Checks `"key":` and returns the place of the value. */
function skipKey(window: JsonWindow, at: number): number {
  if (window.bytes[at] !== QUOTE) window.fail(at, 'a key is missing');
  const colon = skipSpace(window.bytes, skipString(window, at + 1));
  if (window.bytes[colon] !== COLON) window.fail(colon, 'a colon is missing');
  return skipSpace(window.bytes, colon + 1);
}

function failDepth(window: JsonWindow, at: number): never {
  const offset = window.offsetOf(at);
  throw new GraphError('ERR_GRAPH_LIMIT', `The graph nests deeper than ${MAX_JSON_DEPTH} at byte ${offset}`, {
    details: { offset, limit: MAX_JSON_DEPTH },
  });
}
