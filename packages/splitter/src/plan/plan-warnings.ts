import { printable } from '../split-error.js';
import { anyGlob } from './globs.js';
import { findKeptApart } from './kept-apart.js';
import { listedPaths } from './listed-paths.js';
import type { PlannedArchive } from './split-plan.js';
import type { SplitRules } from './split-rules.js';
import type { SplitGraph } from './split-strategy.js';
import type { NodeVariants } from './variant-nodes.js';
import { variantWarnings } from './variant-warnings.js';

/** What a plan was made of and came to. @internal */
export interface WarningFacts {
  readonly split: SplitGraph;
  readonly rootPaths: readonly string[];
  readonly excluded: readonly number[];
  readonly base: readonly number[];
  readonly variants: NodeVariants;
  readonly archives: readonly PlannedArchive[];
  readonly rules: SplitRules;
}

/** What a reader of the plan should know, in a fixed order. @internal */
export function planWarnings(input: WarningFacts): string[] {
  return [
    ...rootWarnings(input),
    ...ruleWarnings(input),
    ...loadOrderWarnings(input),
    ...sizeWarnings(input),
    ...keptWarnings(input),
    ...variantWarnings(input),
    ...unreachedWarnings(input),
    ...excludedWarnings(input),
  ];
}

function* rootWarnings({ rootPaths, archives }: WarningFacts): Iterable<string> {
  const consumers = new Set(archives.flatMap((archive) => archive.consumers));
  for (const path of rootPaths) {
    if (!consumers.has(path))
      yield `Root ${printable(path)} needs no archive: all that it reaches is in the base or left out`;
  }
}

function* ruleWarnings({ archives, rootPaths, rules }: WarningFacts): Iterable<string> {
  for (const glob of rules.roots ?? []) {
    const matches = anyGlob([glob]);
    if (!rootPaths.some((path) => matches(path))) yield `Root pattern ${printable(glob)} matches no resource`;
  }
  const written = new Set(archives.map(({ group }) => group));
  for (const { name } of rules.archives ?? []) {
    if (!written.has(name)) yield `Archive ${name} is not written: its patterns take no resource outside the base`;
  }
}

function* loadOrderWarnings({ split: { graph }, variants, rules: { loadOrder = [] } }: WarningFacts): Iterable<string> {
  const common = new Set([...variants.values()].map(({ path }) => path));
  const unknown = [...new Set(loadOrder)].filter((path) => graph.nodeOf(path) < 0 && !common.has(path));
  if (unknown.length > 0) yield `The recorded load order names ${listedPaths(unknown)}, which the graph does not have`;
}

function* sizeWarnings({ archives, rules: { maxArchiveBytes } }: WarningFacts): Iterable<string> {
  if (maxArchiveBytes === undefined) return;
  const unknown = archives.flatMap(({ resources }) => resources.filter(({ sizeBytes }) => sizeBytes < 0));
  if (unknown.length > 0) {
    yield `The size of ${listedPaths(unknown.map(({ path }) => path))} is not known, so the size cap may not hold`;
  }
  for (const { name, sizeBytes, resources } of archives) {
    if (sizeBytes <= maxArchiveBytes) continue;
    const what =
      resources.length === 1
        ? `${listedPaths(pathsOf(resources))} alone has`
        : `what is kept together (${listedPaths(pathsOf(resources))}) has`;
    yield `Archive ${name} is over the size cap: ${what} ${sizeBytes} of ${maxArchiveBytes} bytes`;
  }
}

/** Named archives, `exclude` and strategies may part what should stay together: that must not go unseen. */
function* keptWarnings({ split: { graph }, archives, rules }: WarningFacts): Iterable<string> {
  for (const { paths, archives: names } of findKeptApart(graph, { archives }, rules))
    yield `What is kept together with ${printable(paths[0] ?? '')} is in archives ${names.join(', ')}`;
}

function* unreachedWarnings({ archives }: WarningFacts): Iterable<string> {
  const paths = archives.flatMap(({ rule, resources }) =>
    rule === 'unreached' ? resources.map(({ path }) => path) : [],
  );
  if (paths.length > 0) yield `No root reaches ${listedPaths(paths)}: no client will ask for it`;
}

function* excludedWarnings({ split, excluded }: WarningFacts): Iterable<string> {
  const needed = excluded.filter((node) => (split.sets[split.setOf[node] ?? -1]?.length ?? 0) > 0);
  if (needed.length === 0) return;
  yield `The rules leave out ${listedPaths(needed.map((node) => split.graph.pathOf(node)))}, which a root needs`;
}

function pathsOf(resources: readonly { readonly path: string }[]): string[] {
  return resources.map(({ path }) => path);
}
