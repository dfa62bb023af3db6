import type { ResourceGraph } from '@lading/graph';
import { keepTogetherUnits } from './keep-together.js';
import type { SplitPlan } from './split-plan.js';
import type { SplitRules } from './split-rules.js';

/** Resources that `keepTogether` wants in one archive, and the several that they are in. */
export interface KeptApart {
  /** In order. */
  readonly paths: readonly string[];
  /** In order. */
  readonly archives: readonly string[];
}

/**
 * Finds what `keepTogether` wants in one archive and a plan has in several: named archives, strategies and hands that edit a
 * plan win over it.
 *
 * @example
 * findKeptApart(graph, plan, { keepTogether: [['/sets/*.set', '/sets/*.tex']] }); // → []
 */
export function findKeptApart(
  graph: ResourceGraph,
  { archives }: Pick<SplitPlan, 'archives'>,
  { keepTogether = [] }: Pick<SplitRules, 'keepTogether'>,
): KeptApart[] {
  if (keepTogether.length === 0) return [];
  const placed = archives.flatMap(({ name, resources }) =>
    resources.map(({ path }): readonly [number, string] => [graph.nodeOf(path), name]),
  );
  const variants = new Map(
    archives.flatMap(({ variant, resources }) =>
      variant === undefined
        ? []
        : resources.map(({ path }): readonly [number, string] => [graph.nodeOf(path), variant]),
    ),
  );
  const nodes = placed.map(([node]) => node).sort((a, b) => a - b);
  const unitOf = keepTogetherUnits(graph, nodes, keepTogether, (node) => variants.get(node));
  const units = new Map<number, { nodes: number[]; names: Set<string> }>();
  for (const [node, name] of placed) {
    const unit = units.get(unitOf[node] ?? node) ?? { nodes: [], names: new Set() };
    units.set(unitOf[node] ?? node, unit);
    unit.nodes.push(node);
    unit.names.add(name);
  }
  return [...units]
    .filter(([, { names }]) => names.size > 1)
    .sort(([a], [b]) => a - b)
    .map(([, unit]) => ({
      paths: unit.nodes.sort((a, b) => a - b).map((node) => graph.pathOf(node)),
      archives: [...unit.names].sort(),
    }));
}
