import { type VariantAxis, variantText } from '@lading/manifest';
import { printable } from '../split-error.js';
import { listedPaths } from './listed-paths.js';
import type { SplitFacts } from './split-graph.js';
import type { SplitRules } from './split-rules.js';
import { variantAxes, variantReader } from './variant-rules.js';

/**
 * What a reader should know of variants: values of which no file is, paths that some choice would not have, and variants that
 * stay with the app under their own names.
 *
 * @internal
 */
export function* variantWarnings({
  split,
  base,
  variants,
  rules: { variants: rules },
}: Pick<SplitFacts, 'split' | 'base' | 'variants'> & { readonly rules: SplitRules }): Iterable<string> {
  if (rules === undefined) return;
  const { graph } = split;
  const axes = variantAxes(rules);
  const found = new Map<string, Set<string>>();
  for (const { path, variant } of variants.values()) found.set(path, (found.get(path) ?? new Set()).add(variant));
  yield* unusedValues(axes, [...found.values()]);
  for (const { axis, value, paths } of gaps(axes, found, (path) => graph.nodeOf(path) >= 0))
    yield `An app that chooses ${axis} ${value} lacks ${listedPaths(paths)}: other values have it, and no plain file does`;
  yield* namedAlone(split, variants, found);
  const read = variantReader(rules);
  const kept = base.map((node) => graph.pathOf(node)).filter((path) => read(path) !== undefined);
  if (kept.length > 0) yield `The base keeps ${listedPaths(kept)} under these names: only archives have variants`;
}

/** Files that name some forms of a path and not the others name them by file: under that name no archive has them. */
function* namedAlone(
  { graph, nodes }: SplitFacts['split'],
  variants: SplitFacts['variants'],
  found: ReadonlyMap<string, ReadonlySet<string>>,
): Iterable<string> {
  const named = new Set<number>();
  for (const node of nodes) {
    if (variants.has(node)) continue;
    const byPath = new Map<string, number[]>();
    for (let edge = graph.edgeStarts[node] ?? 0; edge < (graph.edgeStarts[node + 1] ?? 0); edge++) {
      const target = graph.edgeTargets[edge] ?? node;
      const path = variants.get(target)?.path;
      if (path !== undefined) byPath.set(path, [...(byPath.get(path) ?? []), target]);
    }
    for (const [path, targets] of byPath) {
      if (new Set(targets).size < (found.get(path)?.size ?? 0)) for (const target of targets) named.add(target);
    }
  }
  const paths = [...named].map((node) => graph.pathOf(node));
  if (paths.length > 0)
    yield `Files outside the base name ${listedPaths(paths)} as files: apps find variants under their common path only`;
}

function* unusedValues(axes: readonly VariantAxis[], found: readonly ReadonlySet<string>[]): Iterable<string> {
  const used = new Set(found.flatMap((variants) => [...variants]).flatMap((variant) => variant.split(',')));
  for (const { axis, values } of axes) {
    for (const value of values) {
      const text = variantText([{ axis, values }], { [axis]: value });
      if (!used.has(text)) yield `No file outside the base is of variant ${printable(text)}`;
    }
  }
}

interface Gap {
  readonly axis: string;
  readonly value: string;
  readonly paths: string[];
}

/** For each value of an axis the paths that have other values of it, not this one, and nothing to fall back on. */
function gaps(
  axes: readonly VariantAxis[],
  found: ReadonlyMap<string, ReadonlySet<string>>,
  isPlain: (path: string) => boolean,
): Gap[] {
  const all: Gap[] = [];
  for (const { axis, values } of axes) {
    for (const value of values) {
      const paths: string[] = [];
      for (const [path, variants] of found) {
        const parts = [...variants].map((variant) => variant.split(','));
        const isComplete = parts.some(
          (part) => part.includes(`${axis}=${value}`) || !part.some((p) => p.startsWith(`${axis}=`)),
        );
        if (!isComplete && !isPlain(path)) paths.push(path);
      }
      if (paths.length > 0) all.push({ axis, value, paths });
    }
  }
  return all;
}
