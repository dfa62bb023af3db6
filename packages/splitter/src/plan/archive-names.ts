import { createHash } from 'node:crypto';

const MAX_STEM_CHARACTERS = 44;
const FIRST_HASH_DIGITS = 4;
const MAX_NAME_CHARACTERS = 64;
/** Windows opens devices under these names whatever stands after the first dot. */
const DEVICE = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/;

/** Asks for a name; `key` is what the name stands for, unique among all requests. @internal */
export interface NameRequest {
  readonly key: string;
  readonly stem: string;
  /** Stands between the stem and the hash. */
  readonly separator: '-' | '.';
  /** Ask for a hash even where the stem alone would be unique. */
  readonly needsHash: boolean;
}

/**
 * The name that a root's path suggests: `/levels/3.json` gives `levels-3`. A path that says more than the name can (other
 * scripts, great length) needs a hash beside it.
 *
 * @internal
 */
export function nameRequestOf(path: string): NameRequest {
  const stem = path.slice(1).replace(/(?<=[^/])\.[^./]*$/, '');
  const slug = trimEnds(stem.toLowerCase().replace(/[^a-z0-9._]+/g, '-'));
  const cut = trimEnds(slug.slice(0, MAX_STEM_CHARACTERS));
  const saysLess = /[^\x20-\x7e]/.test(stem) || cut !== slug || cut === '' || DEVICE.test(cut);
  return { key: path, stem: cut === '' ? 'root' : cut, separator: '-', needsHash: saysLess };
}

/**
 * Gives every request a name of its own. Names that would be equal get the first hex digits of their key's SHA-256, all
 * of them and as many digits as it takes: what a name is never depends on which request came first.
 *
 * @returns Names by key.
 * @internal
 */
export function uniqueNames(requests: readonly NameRequest[], taken: ReadonlySet<string>): Map<string, string> {
  const digits = new Map(requests.map(({ key, needsHash }) => [key, needsHash ? FIRST_HASH_DIGITS : 0]));
  for (;;) {
    const keysByName = new Map<string, string[]>();
    for (const request of requests) {
      const name = nameWith(request, digits.get(request.key) ?? 0);
      const keys = keysByName.get(name);
      if (keys === undefined) keysByName.set(name, [request.key]);
      else keys.push(request.key);
    }
    const clashes = [...keysByName].filter(([name, keys]) => keys.length > 1 || taken.has(name));
    if (clashes.length === 0) return new Map([...keysByName].flatMap(([name, keys]) => keys.map((key) => [key, name])));
    for (const [, keys] of clashes) for (const key of keys) digits.set(key, moreDigits(digits.get(key) ?? 0));
  }
}

/** The first hex digits of the SHA-256 of a text. @internal */
export function shortHash(text: string, digits: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, digits);
}

function nameWith({ key, stem, separator }: NameRequest, digits: number): string {
  if (digits === 0) return stem;
  return `${stem.slice(0, MAX_NAME_CHARACTERS - 1 - digits)}${separator}${shortHash(key, digits)}`;
}

function moreDigits(digits: number): number {
  if (digits >= 56) throw new Error('unreachable: two archive names with one SHA-256');
  return digits + FIRST_HASH_DIGITS;
}

function trimEnds(text: string): string {
  return text.replace(/^[^a-z0-9]+/, '').replace(/[^a-z0-9]+$/, '');
}
