import { type Explanation, explain } from '@lading/graph';
import type { JsonObject } from '@lading/manifest';
import type { SplitPlan } from '@lading/splitter';
import type { Command } from 'commander';
import { planSource } from '../build/plan-source.js';
import { CliError } from '../cli-error.js';
import type { CommandContext, CommandResult } from '../command-context.js';
import { buildSettings } from '../config/settings.js';
import { type AllOptions, withCommonOptions, withRuleOptions, withSourceOptions } from '../options.js';
import { explanationText } from '../output/explanation-text.js';
import { oneLine } from '../output/text-table.js';
import type { Run } from '../run-program.js';

/** Adds `lading explain`. */
export function addExplainCommand(program: Command, run: Run): void {
  withRuleOptions(withSourceOptions(withCommonOptions(program.command('explain'))))
    .description('say why a resource is where it is: paths from base and roots, the rule, its consumers, its cost')
    .argument('<path>', 'resource path')
    .addHelpText('after', "\nExamples:\n  $ lading explain /images/logo.png --assets public --root '/levels/*.json'")
    .action((path: string, options: AllOptions) => run(options, (context) => explainPath(context, path, options)));
}

async function explainPath(context: CommandContext, path: string, options: AllOptions): Promise<CommandResult> {
  const planned = await planSource(context, await buildSettings(context, options));
  try {
    const { graph, roots, base, plan } = planned;
    if (graph.nodeOf(path) === -1) throw unknownPath(graph.nodeCount, path, formsOf(plan, path));
    const explanation = explain(graph, { roots, base, path });
    const placement = placementOf(plan, path);
    return {
      json: { ...(explanation as unknown as JsonObject), archive: placement ?? null },
      text: explanationText(explanation as Explanation, placement),
    };
  } finally {
    await planned.close();
  }
}

/** Which archive of a plan holds a path, and by which rule. */
export interface Placement extends JsonObject {
  readonly name: string;
  readonly rule: string;
  readonly consumers: readonly string[];
}

function placementOf(plan: SplitPlan, path: string): Placement | undefined {
  const archive = plan.archives.find(({ resources }) => resources.some((resource) => resource.path === path));
  return archive && { name: archive.name, rule: archive.rule, consumers: archive.consumers };
}

/** The files of a plan that are variants of a path. */
function formsOf(plan: SplitPlan, path: string): readonly string[] {
  return plan.archives.flatMap(({ resources }) => resources.filter(({ as }) => as === path).map((one) => one.path));
}

function unknownPath(nodeCount: number, path: string, forms: readonly string[]): CliError {
  if (forms.length > 0) {
    return new CliError('ERR_INPUT_UNKNOWN', `${oneLine(path)} is several files, one for each variant`, {
      details: { path, files: [...forms] },
      hint: `Explain one of them: ${forms.slice(0, 5).map(oneLine).join(', ')}.`,
    });
  }
  return new CliError('ERR_INPUT_UNKNOWN', `the graph has no resource ${oneLine(path)}`, {
    details: { path },
    hint: `Paths start with / and end in the compiled extension for Defold. The graph has ${nodeCount} resources: lading plan --json lists those outside the base.`,
  });
}
