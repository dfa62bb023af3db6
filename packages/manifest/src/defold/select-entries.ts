import { type DefoldManifest, type DefoldResource, RESOURCE_BUNDLED, RESOURCE_EXCLUDED } from './defold-manifest.js';
import { byUrlHash, serializeDefoldManifestData } from './serialize-manifest.js';

/** Which entries {@link selectManifestEntries} takes: by url hash, or by a test. */
export type EntrySelection = ReadonlySet<bigint> | ((resource: DefoldResource) => boolean);

/** How {@link selectManifestEntries} cuts. */
export interface SelectManifestEntriesOptions {
  /**
   * What becomes of an entry that depends on one outside the selection:
   * `drop` leaves the entry out, so that the engine never calls complete what is not; `filter` keeps it with the
   * dependants that are there; `keep` keeps it unchanged, for which the engine lists empty names. Default `drop`.
   * Dependants that ship with the app (`base`) are never missing: `drop` and `filter` leave them out of the list.
   */
  readonly dependants?: 'drop' | 'filter' | 'keep' | undefined;
  /**
   * Url hashes of what ships with the app, whose absence is no lack. Default: the entries flagged
   * {@link RESOURCE_BUNDLED}, which is wrong only for content built without Live Update, where all are.
   */
  readonly base?: ReadonlySet<bigint> | undefined;
  /** Takes only entries that have all these flags. Default 0: any. */
  readonly flags?: number | undefined;
  /** Turns {@link RESOURCE_BUNDLED} into {@link RESOURCE_EXCLUDED}: for content built without Live Update. Default false. */
  readonly markExcluded?: boolean | undefined;
}

/** Defaults of {@link SelectManifestEntriesOptions}. */
export const SELECT_MANIFEST_ENTRIES_DEFAULTS = { dependants: 'drop', flags: 0, markExcluded: false } as const;

/**
 * Cuts a manifest down to some of its entries: header, engine versions and archive identifier stay, entries are sorted
 * by unsigned url hash, the signature is emptied (it was of other data). The result is version 5, whatever came in.
 *
 * For an archive of a root take the root's whole closure, for a shared archive its own entries: with `drop` that is the
 * smallest manifest with which the engine's own queries answer right.
 *
 * @throws ManifestError `ERR_MANIFEST` for fields that version 5 cannot hold.
 * @see Defold formats, sections 2.5 and 8
 * @example
 * selectManifestEntries(manifest, (entry) => wanted.has(entry.hexDigest), { flags: RESOURCE_EXCLUDED });
 */
export function selectManifestEntries(
  manifest: DefoldManifest,
  selection: EntrySelection,
  options: SelectManifestEntriesOptions = {},
): DefoldManifest {
  const dependants = options.dependants ?? SELECT_MANIFEST_ENTRIES_DEFAULTS.dependants;
  const flags = options.flags ?? SELECT_MANIFEST_ENTRIES_DEFAULTS.flags;
  const markExcluded = options.markExcluded ?? SELECT_MANIFEST_ENTRIES_DEFAULTS.markExcluded;
  const base = options.base ?? bundledHashes(manifest);
  const isSelected =
    typeof selection === 'function' ? selection : (entry: DefoldResource) => selection.has(entry.urlHash);
  const taken = manifest.resources.filter((entry) => (entry.flags & flags) === flags && isSelected(entry));
  const settled = dependants === 'keep' ? taken : settleDependants(taken, base, dependants);
  const resources = (markExcluded ? settled.map(asExcluded) : [...settled]).sort(byUrlHash);
  const { header, engineVersions, hasExcludedResources, archiveIdentifier } = manifest;
  const content = { header, engineVersions, hasExcludedResources, resources };
  const data = serializeDefoldManifestData(content);
  return { version: 5, data, signature: new Uint8Array(), archiveIdentifier, ...content };
}

function settleDependants(
  taken: readonly DefoldResource[],
  base: ReadonlySet<bigint>,
  mode: 'drop' | 'filter',
): DefoldResource[] {
  const present = new Set(taken.map((entry) => entry.urlHash));
  if (mode === 'drop') dropIncomplete(taken, present, base);
  return taken
    .filter((entry) => present.has(entry.urlHash))
    .map((entry) => ({ ...entry, dependants: entry.dependants.filter((hash) => present.has(hash)) }));
}

/** Leaving one entry out may leave another incomplete, so what is left out goes on to those that depend on it. */
function dropIncomplete(taken: readonly DefoldResource[], present: Set<bigint>, base: ReadonlySet<bigint>): void {
  const dependentsOf = new Map<bigint, bigint[]>();
  const incomplete: bigint[] = [];
  for (const { urlHash, dependants } of taken) {
    for (const hash of dependants) {
      if (!present.has(hash) && !base.has(hash)) incomplete.push(urlHash);
      const dependents = dependentsOf.get(hash);
      if (dependents === undefined) dependentsOf.set(hash, [urlHash]);
      else dependents.push(urlHash);
    }
  }
  for (let next = incomplete.pop(); next !== undefined; next = incomplete.pop()) {
    if (!present.delete(next) || base.has(next)) continue;
    for (const dependent of dependentsOf.get(next) ?? []) incomplete.push(dependent);
  }
}

function bundledHashes(manifest: DefoldManifest): Set<bigint> {
  const bundled = manifest.resources.filter((entry) => (entry.flags & RESOURCE_BUNDLED) !== 0);
  return new Set(bundled.map((entry) => entry.urlHash));
}

function asExcluded(entry: DefoldResource): DefoldResource {
  if ((entry.flags & RESOURCE_BUNDLED) === 0) return entry;
  return { ...entry, flags: (entry.flags & ~RESOURCE_BUNDLED) | RESOURCE_EXCLUDED };
}
