import { consumerSets, findBase, NODE_VIRTUAL, type ResourceGraph, selectRoots } from '@lading/graph';
import type { ContentRequest } from '../content/content-source.js';
import { SplitError } from '../split-error.js';
import { anyGlob } from './globs.js';
import { keepTogetherUnits } from './keep-together.js';
import type { SplitRules } from './split-rules.js';
import type { SplitGraph } from './split-strategy.js';
import { type NodeVariants, variantNodes } from './variant-nodes.js';

/** What the graph and the rules say before any strategy is asked. @internal */
export interface SplitFacts {
  readonly split: SplitGraph;
  readonly rootPaths: readonly string[];
  /** Nodes outside the base that the rules leave out, ascending. */
  readonly excluded: readonly number[];
  /** Nodes that ship with the app, ascending. */
  readonly base: readonly number[];
  readonly variants: NodeVariants;
}

/** Asks for the stored size of a resource. @internal */
export type ResourceSize = (resource: ContentRequest) => number | undefined;

/**
 * Finds roots, base, consumers, variants and what is left out.
 *
 * @throws SplitError `ERR_SPLIT_NO_ROOTS`, `ERR_SPLIT_VARIANTS`.
 * @internal
 */
export function gatherFacts(graph: ResourceGraph, rules: SplitRules, size: ResourceSize | undefined): SplitFacts {
  const roots = Uint32Array.from(chooseRoots(graph, rules)).sort();
  const isBase = findBase(graph, roots);
  const consumers = consumerSets(graph, { roots, base: isBase });
  const sets = consumers.sets.map((members) => members.map((index) => consumers.roots[index] ?? 0));
  const isExcluded = anyGlob(rules.exclude ?? []);
  const nodes: number[] = [];
  const excluded: number[] = [];
  const base: number[] = [];
  for (let node = 0; node < graph.nodeCount; node++) {
    if (((graph.flags[node] ?? 0) & NODE_VIRTUAL) !== 0) continue;
    if (isBase[node] === 1) base.push(node);
    else if ((rules.exclude ?? []).length > 0 && isExcluded(graph.pathOf(node))) excluded.push(node);
    else nodes.push(node);
  }
  const sizeOf = sizeReader(graph, size);
  const variants = variantNodes(graph, nodes, { roots, rules: rules.variants });
  const unitOf = keepTogetherUnits(graph, nodes, rules.keepTogether ?? [], (node) => variants.get(node)?.variant);
  const split: SplitGraph = { graph, roots, nodes, setOf: consumers.setOf, sets, unitOf, sizeOf };
  return { split, rootPaths: Array.from(roots, (node) => graph.pathOf(node)), excluded, base, variants };
}

function chooseRoots(graph: ResourceGraph, rules: SplitRules): ArrayLike<number> {
  const globs = rules.roots;
  const roots = globs === undefined ? selectRoots(graph) : selectRoots(graph, anyGlob(globs));
  const isNeeded = globs === undefined ? (rules.archives ?? []).length === 0 : globs.length > 0;
  if (roots.length > 0 || !isNeeded) return roots;
  if (globs !== undefined) {
    throw new SplitError('ERR_SPLIT_NO_ROOTS', `No resource matches the roots ${globs.join(', ')}`, {
      details: { roots: [...globs], resources: graph.nodeCount },
      hint: 'Patterns match whole resource paths: /levels/*.json takes /levels/1.json, not /a/levels/1.json.',
    });
  }
  throw new SplitError('ERR_SPLIT_NO_ROOTS', 'The graph marks no root, and the rules name none', {
    details: { resources: graph.nodeCount },
    hint: 'Name what players ask for as a whole in roots (for example /levels/*.json), or tick Exclude on a collection proxy.',
  });
}

function sizeReader(graph: ResourceGraph, size: ResourceSize | undefined): (node: number) => number {
  return (node) => {
    const known = graph.sizesBytes[node] ?? -1;
    if (known >= 0 || size === undefined) return known;
    return size({ path: graph.pathOf(node), hexDigest: graph.hexDigestOf(node) }) ?? -1;
  };
}
