import type { Problem } from '../lading-error.js';
import {
  type DefoldManifest,
  type DefoldResource,
  RESOURCE_BUNDLED,
  RESOURCE_COMPRESSED,
  RESOURCE_EXCLUDED,
} from './defold-manifest.js';
import { hex64 } from './manifest-parts.js';

/**
 * Finds what is legal in a manifest but makes the engine answer wrong: entries out of order (its dependency queries search
 * them in halves), dependants that no entry has (empty names in `get_resources`), flags that contradict each other.
 *
 * @returns Every problem, in the order of entries; none for what Bob writes.
 */
export function findManifestProblems(manifest: DefoldManifest): Problem[] {
  const known = new Set(manifest.resources.map((resource) => resource.urlHash));
  return manifest.resources.flatMap((resource, index) => {
    const before = manifest.resources[index - 1];
    const path = `/resources/${index}`;
    return [
      ...orderProblems(resource, before, path),
      ...dependantProblems(resource, known, path),
      ...(manifest.version === 5 ? flagProblems(resource, path) : []),
    ];
  });
}

function orderProblems(resource: DefoldResource, before: DefoldResource | undefined, path: string): Problem[] {
  if (before === undefined || before.urlHash < resource.urlHash) return [];
  const problem = `is ${hex64(resource.urlHash)} after ${hex64(before.urlHash)}: entries must ascend`;
  return [{ path: `${path}/urlHash`, problem }];
}

function dependantProblems(resource: DefoldResource, known: ReadonlySet<bigint>, path: string): Problem[] {
  return resource.dependants
    .filter((hash) => !known.has(hash))
    .map((hash) => ({ path: `${path}/dependants`, problem: `names ${hex64(hash)}, which no entry has` }));
}

function flagProblems({ flags, compressedSizeBytes }: DefoldResource, path: string): Problem[] {
  const problems: Problem[] = [];
  const isBundled = (flags & RESOURCE_BUNDLED) !== 0;
  const isExcluded = (flags & RESOURCE_EXCLUDED) !== 0;
  if (isBundled === isExcluded) problems.push({ path: `${path}/flags`, problem: 'is not either bundled or excluded' });
  const isCompressed = (flags & RESOURCE_COMPRESSED) !== 0;
  if (isCompressed !== (compressedSizeBytes !== undefined)) {
    const problem = isCompressed ? 'says compressed, without a compressed size' : 'has a compressed size, uncompressed';
    problems.push({ path: `${path}/flags`, problem });
  }
  return problems;
}
