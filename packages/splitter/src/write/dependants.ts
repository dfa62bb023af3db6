import { NODE_PROXY, type ResourceGraph } from '@lading/graph';
import type { DefoldIndex } from '../content/defold-index.js';
import type { PlannedResource, SplitPlan } from '../plan/split-plan.js';

/** What the manifests of a plan's archives need to know. @internal */
export interface PlanDependants {
  /** Planned resources by the hash of their path. */
  readonly planned: ReadonlyMap<bigint, PlannedResource>;
  /** Sorted url hashes of what a resource needs before it loads, as far as it is planned; empty for most. */
  of(urlHash: bigint): readonly bigint[];
  /** Url hashes of what a root stands for: the collections of a proxy, or the root itself. Only what is planned. */
  targetsOf(root: string): readonly bigint[];
}

/**
 * Finds the dependants of a plan: those that the manifest lists, and for what each root stands for, those that the graph
 * knows (a build without Live Update lists none). Traversal stops at a collection proxy, which is listed itself; that is
 * Bob's rule. Without a graph a root is taken to need all that its archives hold.
 *
 * @internal
 */
export function planDependants(plan: SplitPlan, index: DefoldIndex, graph: ResourceGraph | undefined): PlanDependants {
  const planned = new Map<bigint, PlannedResource>();
  for (const { resources } of plan.archives) {
    for (const resource of resources) {
      const entry = resource.hexDigest === undefined ? undefined : index.entryOf(resource.path);
      if (entry !== undefined) planned.set(entry.urlHash, resource);
    }
  }
  const isPlanned = (urlHash: bigint | undefined): urlHash is bigint => urlHash !== undefined && planned.has(urlHash);
  const hashOf = (path: string): bigint | undefined => index.entryOf(path)?.urlHash;
  const targets = new Map<string, readonly bigint[]>();
  const computed = new Map<bigint, Set<bigint>>();
  for (const root of Object.keys(plan.roots)) {
    const paths = graph === undefined ? [root] : targetPaths(graph, root);
    targets.set(root, paths.map(hashOf).filter(isPlanned));
    for (const path of paths) {
      const target = hashOf(path);
      if (!isPlanned(target)) continue;
      const needed = graph === undefined ? pathsOfArchives(plan, root) : pathsBelow(graph, path);
      computed.set(target, new Set([...needed].map(hashOf).filter(isPlanned)));
    }
  }
  return {
    planned,
    targetsOf: (root) => targets.get(root) ?? [],
    of: (urlHash) => {
      const listed = index.entryOfHash(urlHash)?.dependants ?? [];
      const all = new Set([...listed.filter(isPlanned), ...(computed.get(urlHash) ?? [])]);
      all.delete(urlHash);
      return [...all].sort(byHash);
    },
  };
}

/** Orders hashes as unsigned numbers. @internal */
export function byHash(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function targetPaths(graph: ResourceGraph, root: string): string[] {
  const node = graph.nodeOf(root);
  if (node < 0) return [];
  return isProxy(graph, node) ? Array.from(edgesOf(graph, node), (target) => graph.pathOf(target)) : [root];
}

function* pathsBelow(graph: ResourceGraph, path: string): Iterable<string> {
  const start = graph.nodeOf(path);
  const seen = new Set([start]);
  const open = [start];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node !== start) yield graph.pathOf(node);
    if (node !== start && isProxy(graph, node)) continue;
    for (const target of edgesOf(graph, node)) {
      if (seen.has(target)) continue;
      seen.add(target);
      open.push(target);
    }
  }
}

function* pathsOfArchives(plan: SplitPlan, root: string): Iterable<string> {
  const needed = new Set(plan.roots[root] ?? []);
  for (const { name, resources } of plan.archives) if (needed.has(name)) for (const { path } of resources) yield path;
}

function edgesOf(graph: ResourceGraph, node: number): Uint32Array {
  return graph.edgeTargets.subarray(graph.edgeStarts[node], graph.edgeStarts[node + 1]);
}

function isProxy(graph: ResourceGraph, node: number): boolean {
  return ((graph.flags[node] ?? 0) & NODE_PROXY) !== 0;
}
