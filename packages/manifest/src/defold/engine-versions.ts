import { ENGINE_VERSION_HASHES } from './engine-version-hashes.js';

/** An engine version of a manifest. */
export interface EngineVersion {
  /** As the manifest has it: SHA-1 of the version string, hex. */
  readonly hash: string;
  /** The version string: `1.11.2`; `''` where Bob hashed an unset setting; `undefined` where the hash is of none known. */
  readonly name: string | undefined;
}

/** SHA-1 of nothing. It is in nearly every manifest: Bob hashes `supported-versions` even where it is not set. */
const EMPTY_VERSION_HASH = 'da39a3ee5e6b4b0d3255bfef95601890afd80709';

let names: ReadonlyMap<string, string> | undefined;

/**
 * Names the engine versions of a manifest, which are hashes of version strings: 1.2.97 to 1.2.199, and .0 to .9 of 1.3 to
 * 1.13.
 *
 * @example
 * describeEngineVersions(['aa8d05244067e63778197cff65d9209d713328a4'])[0].name; // → '1.11.2'
 */
export function describeEngineVersions(hashes: readonly string[]): EngineVersion[] {
  names ??= readNames();
  return hashes.map((hash) => ({ hash, name: names?.get(hash) }));
}

function readNames(): ReadonlyMap<string, string> {
  const read = new Map([[EMPTY_VERSION_HASH, '']]);
  for (const line of ENGINE_VERSION_HASHES.trim().split('\n')) read.set(line.slice(0, 40), line.slice(41));
  return read;
}
