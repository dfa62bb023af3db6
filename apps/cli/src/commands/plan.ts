import type { JsonObject } from '@lading/manifest';
import type { SplitPlan } from '@lading/splitter';
import type { Command } from 'commander';
import { planSource } from '../build/plan-source.js';
import type { CommandContext, CommandResult } from '../command-context.js';
import { buildSettings } from '../config/settings.js';
import { type AllOptions, withCommonOptions, withRuleOptions, withSourceOptions } from '../options.js';
import { planText } from '../output/plan-text.js';
import type { Run } from '../run-program.js';

/** Adds `lading plan`. */
export function addPlanCommand(program: Command, run: Run): void {
  withRuleOptions(withSourceOptions(withCommonOptions(program.command('plan'))))
    .description('show which resource goes to which archive, and why; writes nothing')
    .addHelpText(
      'after',
      [
        '',
        'Examples:',
        '  $ lading plan --content liveupdate.zip --graph build/default/game.graph.json',
        "  $ lading plan --assets public --root '/levels/*.json' --max-archive-bytes 4MiB --json",
      ].join('\n'),
    )
    .action((options: AllOptions) => run(options, (context) => plan(context, options)));
}

async function plan(context: CommandContext, options: AllOptions): Promise<CommandResult> {
  const planned = await planSource(context, await buildSettings(context, options));
  try {
    return { json: planDocument(planned.plan), text: planText(planned.plan) };
  } finally {
    await planned.close();
  }
}

/** The plan as plain JSON: it is that already, but for its type. */
function planDocument(plan: SplitPlan): JsonObject {
  return plan as unknown as JsonObject;
}
