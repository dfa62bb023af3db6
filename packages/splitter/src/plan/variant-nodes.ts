import type { ResourceGraph } from '@lading/graph';
import type { Problem } from '@lading/manifest';
import { printable, splitProblems } from '../split-error.js';
import { type PathVariant, type VariantRules, variantReader } from './variant-rules.js';

/** Which of the placed nodes are variants, by node id. @internal */
export type NodeVariants = ReadonlyMap<number, PathVariant>;

/**
 * Finds the variants among the nodes that get into archives. The base keeps its files under their own names.
 *
 * @throws SplitError `ERR_SPLIT_VARIANTS` where two files are the same variant of one path, a root is a variant (apps ask for
 *   roots by name), or a Defold resource is (the engine finds those by the hash of their own path).
 * @internal
 */
export function variantNodes(
  graph: ResourceGraph,
  nodes: readonly number[],
  { roots, rules }: { readonly roots: Uint32Array; readonly rules: VariantRules | undefined },
): NodeVariants {
  const variants = new Map<number, PathVariant>();
  if (rules === undefined) return variants;
  const read = variantReader(rules);
  const problems: Problem[] = [];
  const isRoot = new Set(roots);
  const places = new Map<string, string>();
  for (const node of nodes) {
    const path = graph.pathOf(node);
    const found = read(path);
    if (found === undefined) continue;
    const key = `${found.variant}\n${found.path}`;
    const other = places.get(key);
    if (other !== undefined)
      problems.push({
        path,
        problem: `is ${found.variant} of ${printable(found.path)}, and so is ${printable(other)}`,
      });
    if (isRoot.has(node)) problems.push({ path, problem: 'is a root: roots have one name, and no variants' });
    if (graph.hexDigestOf(node) !== undefined)
      problems.push({ path, problem: 'is a Defold resource: the engine finds it under its own path only' });
    places.set(key, path);
    variants.set(node, found);
  }
  if (problems.length === 0) return variants;
  throw splitProblems('ERR_SPLIT_VARIANTS', 'The variants cannot be told apart', problems, {
    hint: 'Choose other markers, or leave these files out of the variants by renaming them.',
  });
}

/** Nodes of one variant, in the order of the input; those without a variant first, then as the axes have their values. @internal */
export function byVariant(
  nodes: readonly number[],
  variants: NodeVariants,
  order: (variant: string) => number,
): readonly (readonly [variant: string | undefined, nodes: readonly number[]])[] {
  if (variants.size === 0) return [[undefined, nodes]];
  const parts = new Map<string | undefined, number[]>();
  for (const node of nodes) {
    const variant = variants.get(node)?.variant;
    const part = parts.get(variant);
    if (part === undefined) parts.set(variant, [node]);
    else part.push(node);
  }
  const placeOf = (variant: string | undefined): number => (variant === undefined ? -Infinity : order(variant));
  return [...parts].sort(([a], [b]) => placeOf(a) - placeOf(b));
}
