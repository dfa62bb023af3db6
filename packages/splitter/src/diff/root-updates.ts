/** What a player who has a root of one release downloads for the same root of a later one. */
export interface RootUpdate {
  readonly root: string;
  /** Bytes of all archives that it needed; `undefined` where it is new. */
  readonly beforeBytes: number | undefined;
  /** Bytes of all archives that it needs now; `undefined` where it is gone. */
  readonly afterBytes: number | undefined;
  /** Bytes to download: whole archives that the player does not have. For a new root, all of them. */
  readonly downloadBytes: number;
  /** Archives to download: a request each, beside those for the channel and the release. */
  readonly requests: number;
  /** Their names, in mount order. */
  readonly archives: readonly string[];
}

/** An archive as a comparison sees it: equal ids are equal bytes. */
export interface ComparedArchive {
  readonly name: string;
  readonly id: string;
  readonly sizeBytes: number;
}

/** What is compared: archives, and which of them each root needs, by name. */
export interface ComparedContent {
  readonly archives: readonly ComparedArchive[];
  readonly roots: ReadonlyMap<string, readonly string[]>;
}

/** How the archives of two releases differ, by name; each list is sorted. */
export interface ArchivesDiff {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly string[];
  readonly kept: readonly string[];
}

/** Compares archives by name, and by id where both have the name. */
export function compareArchives(before: ComparedContent, after: ComparedContent): ArchivesDiff {
  const oldIds = new Map(before.archives.map(({ name, id }) => [name, id]));
  const newIds = new Map(after.archives.map(({ name, id }) => [name, id]));
  const both = [...newIds.keys()].filter((name) => oldIds.has(name)).sort();
  return {
    added: [...newIds.keys()].filter((name) => !oldIds.has(name)).sort(),
    removed: [...oldIds.keys()].filter((name) => !newIds.has(name)).sort(),
    changed: both.filter((name) => oldIds.get(name) !== newIds.get(name)),
    kept: both.filter((name) => oldIds.get(name) === newIds.get(name)),
  };
}

/** Works out for each root of either side what its update costs, sorted by root. */
export function rootUpdates(before: ComparedContent, after: ComparedContent): RootUpdate[] {
  const roots = [...new Set([...before.roots.keys(), ...after.roots.keys()])].sort();
  return roots.map((root) => {
    const had = archivesOf(before, before.roots.get(root));
    const needs = archivesOf(after, after.roots.get(root));
    const missing = missingFrom(had ?? [], needs ?? []);
    return {
      root,
      beforeBytes: had && bytesOf(had),
      afterBytes: needs && bytesOf(needs),
      downloadBytes: bytesOf(missing),
      requests: missing.length,
      archives: missing.map(({ name }) => name),
    };
  });
}

/** What a player who has all archives downloads. */
export function wholeUpdate(
  before: ComparedContent,
  after: ComparedContent,
): { downloadBytes: number; requests: number } {
  const missing = missingFrom(before.archives, after.archives);
  return { downloadBytes: bytesOf(missing), requests: missing.length };
}

function archivesOf(
  { archives }: ComparedContent,
  names: readonly string[] | undefined,
): ComparedArchive[] | undefined {
  if (names === undefined) return undefined;
  const byName = new Map(archives.map((archive) => [archive.name, archive]));
  return names.flatMap((name) => byName.get(name) ?? []);
}

function missingFrom(had: readonly ComparedArchive[], needs: readonly ComparedArchive[]): ComparedArchive[] {
  const ids = new Set(had.map(({ id }) => id));
  return needs.filter(({ id }) => !ids.has(id));
}

function bytesOf(archives: readonly ComparedArchive[]): number {
  return archives.reduce((sum, { sizeBytes }) => sum + Math.max(0, sizeBytes), 0);
}
