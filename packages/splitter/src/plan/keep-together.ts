import type { ResourceGraph } from '@lading/graph';
import { anyGlob } from './globs.js';

/**
 * Finds what is kept together: two resources that match the same list of globs, and of which one needs the other directly,
 * are in one unit, and so on along such edges. A list of textures and texture sets keeps each texture with
 * its sets, and not all textures with one another.
 *
 * @param nodes - Nodes that are to be placed, ascending; others belong to no unit.
 * @param variantOf - Nodes of different variants are never together.
 * @returns Per node the smallest node of its unit, which may be itself.
 * @internal
 */
export function keepTogetherUnits(
  graph: ResourceGraph,
  nodes: readonly number[],
  lists: readonly (readonly string[])[],
  variantOf: (node: number) => string | undefined = () => undefined,
): Int32Array {
  const unitOf = Int32Array.from({ length: graph.nodeCount }, (_, node) => node);
  for (const globs of lists) {
    const matches = anyGlob(globs);
    const isMatched = new Uint8Array(graph.nodeCount);
    for (const node of nodes) if (matches(graph.pathOf(node))) isMatched[node] = 1;
    for (const node of nodes) {
      if (isMatched[node] !== 1) continue;
      for (let edge = graph.edgeStarts[node] ?? 0; edge < (graph.edgeStarts[node + 1] ?? 0); edge++) {
        const target = graph.edgeTargets[edge] ?? node;
        if (isMatched[target] === 1 && variantOf(node) === variantOf(target)) join(unitOf, node, target);
      }
    }
  }
  for (const node of nodes) unitOf[node] = find(unitOf, node);
  return unitOf;
}

/** The smaller node always becomes the unit, so the order of edges does not matter. */
function join(unitOf: Int32Array, a: number, b: number): void {
  const first = find(unitOf, a);
  const second = find(unitOf, b);
  if (first < second) unitOf[second] = first;
  else unitOf[first] = second;
}

function find(unitOf: Int32Array, node: number): number {
  let unit = node;
  for (let next = unitOf[unit] ?? unit; next !== unit; next = unitOf[unit] ?? unit) {
    unitOf[unit] = unitOf[next] ?? next;
    unit = next;
  }
  return unit;
}
