import { diffGraphs, findBase, type GraphVersion, type RootChange, selectRoots } from '@lading/graph';
import type { JsonObject } from '@lading/manifest';
import { diffPlans, diffReleases, type PlanDiff, type ReleaseDiff, type RootUpdate } from '@lading/splitter';
import type { Command } from 'commander';
import { type Revision, readRevision } from '../build/read-revision.js';
import { usageError } from '../cli-error.js';
import type { CommandContext, CommandResult, CommonOptions } from '../command-context.js';
import { EXIT } from '../exit-code.js';
import { byteSize, type VariantOptions, withCommonOptions, withVariantOption } from '../options.js';
import { diffText } from '../output/diff-text.js';
import { graphDiffText } from '../output/graph-diff-text.js';
import type { Run } from '../run-program.js';

type DiffOptions = CommonOptions & VariantOptions & { readonly maxUpdate?: number; readonly channel?: string };

/** Adds `lading diff`. */
export function addDiffCommand(program: Command, run: Run): void {
  withVariantOption(withCommonOptions(program.command('diff')))
    .description('what a player of A downloads for B: bytes, requests and archives per root')
    .argument(
      '<a>',
      'folder or URL of a layout, a release document, a plan of lading plan --json, or a game.graph.json',
    )
    .argument('<b>', 'the same, later')
    .option('--max-update <size>', 'exit with 1 where the update of a root is larger, such as 2MB', byteSize)
    .option('--channel <name>', 'channel of layouts to start from (default: stable, else the newest release)')
    .addHelpText(
      'after',
      [
        '',
        'Archives count as a whole, as large as players fetch them; plans count contents before compression, and graphs',
        'the content of each root that is new to it.',
        'A root that A does not have is a first download, not an update: --max-update leaves it alone.',
        'Signatures are not checked: lading verify does that.',
        '',
        'Examples:',
        '  $ lading diff https://cdn.example.com/game release --max-update 2MB',
        '  $ lading diff old/releases/3fa2….json new/releases/9bc1….json --json',
        '  $ lading plan --json > before.json && git switch next && lading plan --json > after.json && lading diff before.json after.json',
      ].join('\n'),
    )
    .action((a: string, b: string, options: DiffOptions) => run(options, (context) => diff(context, [a, b], options)));
}

async function diff(
  context: CommandContext,
  [a, b]: readonly [string, string],
  { channel, maxUpdate, variant }: DiffOptions,
): Promise<CommandResult> {
  const before = await readRevision(context, a, channel);
  const after = await readRevision(context, b, channel);
  if (before.kind === 'graph' && after.kind === 'graph') return graphDiffResult(before, after, maxUpdate);
  const compared = compare(before, after, variant);
  const tooLarge = maxUpdate === undefined ? [] : compared.roots.filter((root) => isOver(root, maxUpdate));
  return {
    json: {
      kind: before.kind,
      before: describe(before),
      after: describe(after),
      ...(compared as unknown as JsonObject),
      maxUpdateBytes: maxUpdate ?? null,
      tooLarge: tooLarge.map(({ root }) => root),
    },
    text: diffText(compared, { before: describe(before), after: describe(after), maxUpdate, tooLarge }),
    exitCode: tooLarge.length === 0 ? EXIT.ok : EXIT.failedCheck,
  };
}

function compare(before: Revision, after: Revision, variants: VariantOptions['variant']): PlanDiff | ReleaseDiff {
  if (before.kind === 'plan' && after.kind === 'plan') return diffPlans(before.plan, after.plan, { variants });
  if (before.kind === 'release' && after.kind === 'release')
    return diffReleases(before.release, after.release, { variants });
  throw usageError(
    `${before.name} is a ${before.kind} and ${after.name} is a ${after.kind}`,
    'Compare two releases, two plans or two graphs: they count different bytes.',
  );
}

/** An update: both sides have the root. */
function isOver({ beforeBytes, downloadBytes }: RootUpdate, maxUpdate: number): boolean {
  return beforeBytes !== undefined && downloadBytes > maxUpdate;
}

type GraphRevision = Extract<Revision, { readonly kind: 'graph' }>;

function graphDiffResult(before: GraphRevision, after: GraphRevision, maxUpdate: number | undefined): CommandResult {
  const [a, b] = [before, after].map(({ graph }) => {
    const roots = selectRoots(graph);
    return { graph, roots, base: findBase(graph, roots) };
  }) as [GraphVersion, GraphVersion];
  const compared = diffGraphs(a, b);
  const isTooLarge = ({ beforeBytes, newBytes }: RootChange): boolean =>
    maxUpdate !== undefined && beforeBytes !== undefined && newBytes > maxUpdate;
  const tooLarge = compared.roots.filter(isTooLarge).map(({ root }) => root);
  const names = { before: before.name, after: after.name };
  return {
    json: {
      kind: 'graph',
      ...names,
      ...(compared as unknown as JsonObject),
      maxUpdateBytes: maxUpdate ?? null,
      tooLarge,
    },
    text: graphDiffText(compared, { ...names, tooLarge }),
    exitCode: tooLarge.length === 0 ? EXIT.ok : EXIT.failedCheck,
  };
}

function describe(revision: Revision): string {
  if (revision.kind !== 'release') return revision.name;
  const { project, version, sequence } = revision.release;
  return `${revision.name} (${project} ${version}, sequence ${sequence})`;
}
