import { type GraphCut, isEntered } from './closure.js';
import { type Components, findComponents } from './components.js';
import { markNodes } from './mark-nodes.js';
import { NODE_PROXY, type ResourceGraph } from './resource-graph.js';

/**
 * What the roots of a graph reach, without cycles: components in topological order (edges lead to higher numbers),
 * cut at roots. A root that is a proxy and not in the base is there twice: as the start of its own closure, and as a
 * member of others, from which nothing leads on.
 */
export interface CondensedGraph {
  /** Components in all: first those with edges, then the members. */
  readonly count: number;
  readonly startCount: number;
  readonly edgeStarts: Uint32Array;
  readonly edgeTargets: Uint32Array;
  /** The component from which a node's edges lead; -1 for nodes that no root reaches. */
  readonly startOf: Int32Array;
  /** The component whose set is the node's: -1 for nodes of the base, -2 for nodes that no root reaches. */
  readonly memberOf: Int32Array;
}

/** Condenses what some roots reach. */
export function condense(graph: ResourceGraph, cut: GraphCut): CondensedGraph {
  const isRoot = markNodes(graph, cut.roots);
  const blocked = isRoot.map((root, node) => (root === 1 || cut.base[node] === 1 ? 1 : 0));
  const components = findComponents(graph, cut.roots, blocked);
  const last = components.count - 1;
  const startOf = components.of.map((component) => (component < 0 ? -1 : last - component));
  const memberOf = startOf.map((start, node) => (cut.base[node] === 1 ? -1 : start < 0 ? -2 : start));
  let count = components.count;
  for (const root of cut.roots) {
    if (isEntered(graph, cut.base, isRoot, root) && isProxy(graph, root)) memberOf[root] = count++;
  }
  const targetOf = memberOf.map((member, node) => (isRoot[node] === 1 && !isProxy(graph, node) ? -1 : member));
  const edges = condenseEdges(graph, components, startOf, targetOf);
  return { count, startCount: components.count, ...edges, startOf, memberOf };
}

function isProxy(graph: ResourceGraph, node: number): boolean {
  return ((graph.flags[node] as number) & NODE_PROXY) !== 0;
}

function condenseEdges(
  graph: ResourceGraph,
  components: Components,
  startOf: Int32Array,
  targetOf: Int32Array,
): { edgeStarts: Uint32Array; edgeTargets: Uint32Array } {
  const edgeStarts = new Uint32Array(components.count + 1);
  const edgeTargets = new Uint32Array(countEdges(graph, startOf));
  let end = 0;
  let component = 0;
  for (const node of byComponent(components, startOf)) {
    const start = startOf[node] as number;
    while (component < start) edgeStarts[++component] = end;
    const rowEnd = graph.edgeStarts[node + 1] as number;
    for (let edge = graph.edgeStarts[node] as number; edge < rowEnd; edge++) {
      const target = targetOf[graph.edgeTargets[edge] as number] as number;
      if (target >= 0 && target !== start) edgeTargets[end++] = target;
    }
  }
  edgeStarts.fill(end, component + 1);
  return { edgeStarts, edgeTargets: edgeTargets.subarray(0, end) };
}

function countEdges(graph: ResourceGraph, startOf: Int32Array): number {
  let count = 0;
  for (let node = 0; node < startOf.length; node++) {
    if (startOf[node] !== -1) count += (graph.edgeStarts[node + 1] as number) - (graph.edgeStarts[node] as number);
  }
  return count;
}

/** The reached nodes, by component. */
function byComponent(components: Components, startOf: Int32Array): Int32Array {
  const next = new Int32Array(components.count + 1);
  for (const start of startOf) if (start >= 0) next[start + 1]!++;
  for (let component = 0; component < components.count; component++) next[component + 1]! += next[component] as number;
  const nodes = new Int32Array(next[components.count] as number);
  for (let node = 0; node < startOf.length; node++) {
    const start = startOf[node] as number;
    if (start >= 0) nodes[next[start]!++] = node;
  }
  return nodes;
}
