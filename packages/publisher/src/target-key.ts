import { printable } from './printable.js';
import { PublishError } from './publish-error.js';

/** The longest key in UTF-8 bytes, as S3 has it. A prefix counts. */
export const MAX_TARGET_KEY_BYTES = 1_024;

/**
 * Says what is wrong with a key, or `undefined` where nothing is. A key is relative and `/` separated, without empty, `.`
 * or `..` segment, backslash, control character or lone surrogate, and at most 1,024 bytes of UTF-8.
 *
 * @example
 * targetKeyProblem('channels/stable.json'); // → undefined
 * targetKeyProblem('../stable.json'); // → 'has a .. segment'
 */
export function targetKeyProblem(key: string): string | undefined {
  if (key === '') return 'is empty';
  if (key.startsWith('/')) return 'starts with /';
  for (let i = 0; i < key.length; i++) {
    const code = key.charCodeAt(i);
    if (code < 32 || code === 127) return 'has a control character';
  }
  if (key.includes('\\')) return 'has a backslash';
  if (/\p{Surrogate}/u.test(key)) return 'has a lone surrogate';
  for (const segment of key.split('/')) {
    if (segment === '') return 'has an empty segment';
    if (segment === '.' || segment === '..') return `has a ${segment} segment`;
  }
  if (new TextEncoder().encode(key).length > MAX_TARGET_KEY_BYTES)
    return `is longer than ${MAX_TARGET_KEY_BYTES} bytes`;
  return undefined;
}

/**
 * Throws unless a text is a key of a publish target.
 *
 * @throws PublishError `ERR_TARGET_KEY` with `details.key` and `details.problem`.
 */
export function assertTargetKey(key: string): void {
  const problem = targetKeyProblem(key);
  if (problem === undefined) return;
  throw new PublishError('ERR_TARGET_KEY', `Key "${printable(key)}" ${problem}`, {
    details: { key: printable(key), problem },
    hint: 'A key looks like archives/level-1.0123456789abcdef.zip: relative, / separated, no empty, . or .. segments.',
  });
}

/**
 * Orders keys by their UTF-8 bytes, which is the order of their code points and the order in which S3 lists. JavaScript's
 * own `<` differs for characters above U+FFFF.
 */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(i);
    if (left !== right) return byCodePoint(left) - byCodePoint(right);
  }
  return a.length - b.length;
}

/** Surrogates stand for code points above U+FFFF, so they sort after U+E000 to U+FFFF. */
function byCodePoint(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x2000 : unit >= 0xe000 ? unit - 0x800 : unit;
}
