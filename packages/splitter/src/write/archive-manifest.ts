import type { ResourceGraph } from '@lading/graph';
import { RESOURCE_BUNDLED, RESOURCE_EXCLUDED, serializeDefoldManifest } from '@lading/manifest';
import type { DefoldIndex } from '../content/defold-index.js';
import type { PlannedArchive, SplitPlan } from '../plan/split-plan.js';
import { byHash, type PlanDependants, planDependants } from './dependants.js';

/** Writes the manifests of a plan's archives. @internal */
export interface ArchiveManifests {
  /** The manifest of an archive; `undefined` where the archive has no Defold content. */
  of(archive: PlannedArchive): Uint8Array | undefined;
  /** One manifest of everything that the plan places. */
  whole(): Uint8Array;
}

/** An archive's bytes must not change with the base, whose MD5 this would be. Engines do not look at it. */
const ARCHIVE_IDENTIFIER = new Uint8Array(16);

/**
 * Makes the smallest manifests with which the engine's own queries answer right: an archive lists its own resources, and,
 * where one of these (or the root that the archive belongs to) has dependants, these as well, wherever they lie. So with a
 * root's archive alone the engine reports what is missing, a shared archive stays small, and no entry names a dependant
 * that its own manifest lacks (the engine would answer with an empty string). Entries are EXCLUDED and sorted.
 *
 * @internal
 */
export function archiveManifests(
  plan: SplitPlan,
  index: DefoldIndex,
  graph: ResourceGraph | undefined,
): ArchiveManifests {
  const dependants = planDependants(plan, index, graph);
  const announced = announcements(plan, index, dependants);
  return {
    of: (archive) => {
      const own = ownHashes(archive, index);
      if (own.length === 0) return undefined;
      return serialize(index, dependants, withDependants([...own, ...(announced.get(archive.name) ?? [])], dependants));
    },
    whole: () => serialize(index, dependants, dependants.planned.keys()),
  };
}

/**
 * Which archives announce a root although its collection lies elsewhere (in a named or a shared archive): the first one
 * of the root's own.
 */
function announcements(plan: SplitPlan, index: DefoldIndex, dependants: PlanDependants): Map<string, bigint[]> {
  const announced = new Map<string, bigint[]>();
  for (const root of Object.keys(plan.roots)) {
    const own = plan.archives.filter(({ rule, consumers }) => rule === 'root' && consumers[0] === root);
    const held = new Set(own.flatMap((archive) => ownHashes(archive, index)));
    const [first] = own;
    const targets = dependants.targetsOf(root).filter((target) => !held.has(target));
    if (first !== undefined && targets.length > 0) announced.set(first.name, targets);
  }
  return announced;
}

function ownHashes({ resources }: PlannedArchive, index: DefoldIndex): bigint[] {
  return resources.flatMap(({ path, hexDigest }) => {
    const entry = hexDigest === undefined ? undefined : index.entryOf(path);
    return entry === undefined ? [] : [entry.urlHash];
  });
}

function withDependants(start: readonly bigint[], dependants: PlanDependants): Set<bigint> {
  const included = new Set(start);
  // A Set visits what is added while it is walked, so this reaches dependants of dependants.
  for (const urlHash of included) for (const dependant of dependants.of(urlHash)) included.add(dependant);
  return included;
}

function serialize(index: DefoldIndex, dependants: PlanDependants, urlHashes: Iterable<bigint>): Uint8Array {
  const resources = [...urlHashes].sort(byHash).flatMap((urlHash) => {
    const entry = index.entryOfHash(urlHash);
    if (entry === undefined) return [];
    const flags = (entry.flags & ~RESOURCE_BUNDLED) | RESOURCE_EXCLUDED;
    return [{ ...entry, flags, dependants: dependants.of(urlHash) }];
  });
  return serializeDefoldManifest({
    ...index.manifest,
    signature: new Uint8Array(),
    archiveIdentifier: ARCHIVE_IDENTIFIER,
    resources,
  });
}
