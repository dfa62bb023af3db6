import type { Generation, RankedRow } from './mount-table.js';

/** A path that two or more mounts of equal priority and no preferred variant serve, so that only the order of mounting decides. */
export interface MountConflict {
  /** `undefined` where all of them know the path only by its hash (Defold release builds). */
  readonly path: string | undefined;
  /** Defold's 64-bit path hash, 16 hex digits. */
  readonly pathHash: string;
  readonly priority: number;
  /** Names of the mounts, the serving one first. */
  readonly mounts: readonly string[];
}

/** How many conflicts one report lists. */
export const MAX_CONFLICTS = 10_000;

/**
 * Finds paths that mounts of equal priority serve both, at most {@link MAX_CONFLICTS} of them. Looks only at
 * priorities that more than one mount has. Where the choice of variants decides, there is no conflict.
 */
export function findConflicts(generation: Generation): MountConflict[] {
  const groups = new Map<string, RankedRow[]>();
  for (const row of generation.rows) {
    const rank = `${row.mount.priority} ${row.layer}`;
    groups.set(rank, [...(groups.get(rank) ?? []), row]);
  }
  const conflicts: MountConflict[] = [];
  for (const rows of groups.values()) if (rows.length > 1) addConflicts(rows, conflicts);
  return conflicts.slice(0, MAX_CONFLICTS);
}

interface Claim {
  path: string | undefined;
  readonly mounts: string[];
}

function addConflicts(rows: readonly RankedRow[], conflicts: MountConflict[]): void {
  const claims = new Map<bigint, Claim>();
  for (const { mount, content, allows } of rows) {
    for (const { hash, path } of content.keys()) {
      if (path !== undefined && allows !== undefined && !allows(path)) continue;
      const claim = claims.get(hash) ?? { path, mounts: [] };
      claim.path ??= path;
      if (claim.mounts.at(-1) !== mount.name) claim.mounts.push(mount.name);
      claims.set(hash, claim);
    }
  }
  const priority = rows[0]?.mount.priority ?? 0;
  for (const [hash, { path, mounts }] of claims) {
    if (mounts.length < 2 || conflicts.length >= MAX_CONFLICTS) continue;
    conflicts.push({ path, pathHash: hash.toString(16).padStart(16, '0'), priority, mounts });
  }
}
