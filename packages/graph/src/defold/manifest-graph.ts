import { type DefoldManifest, type DefoldResource, RESOURCE_BUNDLED } from '@lading/manifest';
import type { GraphBuilder } from '../graph-source.js';
import { quoted } from '../quoted.js';
import { entryPath, hashPath, storedBytes } from './manifest-entry.js';

/**
 * Adds the graph that a manifest alone tells: all entries, and below each entry with dependants these. What an excluded
 * collection needs through another root is not listed there, so a nested root's content has an edge from that root only.
 */
export function addManifestGraph(builder: GraphBuilder, manifest: DefoldManifest): void {
  const byHash = new Map<bigint, DefoldResource>();
  for (const [index, entry] of manifest.resources.entries()) {
    if (byHash.has(entry.urlHash))
      builder.addProblem(`/resources/${index}`, `has the same path hash as another entry`, 'ERR_GRAPH_NODE');
    else byHash.set(entry.urlHash, entry);
  }
  for (const [index, entry] of manifest.resources.entries()) {
    if (byHash.get(entry.urlHash) === entry) addEntry(builder, manifest, byHash, index);
  }
}

function addEntry(
  builder: GraphBuilder,
  manifest: DefoldManifest,
  byHash: ReadonlyMap<bigint, DefoldResource>,
  index: number,
): void {
  const entry = manifest.resources[index] as DefoldResource;
  const path = entryPath(entry);
  const sizeBytes = storedBytes(entry, manifest);
  const isBundled = (entry.flags & RESOURCE_BUNDLED) !== 0;
  const isRoot = entry.dependants.length > 0;
  builder.addNode({
    path,
    hexDigest: entry.hexDigest,
    ...(sizeBytes < 0 ? {} : { sizeBytes }),
    isEntry: isBundled,
    isBundled,
    isRoot,
    // Until v4 the dependants stand at the excluded proxy, which stays in the bundle: it is the door, not the room.
    isProxy: isRoot && isBundled,
  });
  for (const [nth, dependant] of entry.dependants.entries()) {
    const target = byHash.get(dependant);
    const at = `/resources/${index}/dependants/${nth}`;
    if (target !== undefined) builder.addEdge(path, entryPath(target), at);
    else
      builder.addProblem(
        at,
        `${quoted(path)} needs ${quoted(hashPath(dependant))}, which the manifest does not list`,
        'ERR_GRAPH_CLOSED',
      );
  }
}
