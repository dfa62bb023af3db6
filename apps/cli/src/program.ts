import { Command } from 'commander';
import { addConformanceCommand } from './commands/conformance.js';
import { addDiffCommand } from './commands/diff.js';
import { addExplainCommand } from './commands/explain.js';
import { addExportCommand } from './commands/export.js';
import { addGcCommand } from './commands/gc.js';
import { addInitCommand } from './commands/init.js';
import { addInspectCommand } from './commands/inspect.js';
import { addKeysCommand } from './commands/keys.js';
import { addLintCommand } from './commands/lint.js';
import { addPlanCommand } from './commands/plan.js';
import { addPromoteCommand } from './commands/promote.js';
import { addPublishCommand } from './commands/publish.js';
import { addPullCommand } from './commands/pull.js';
import { addReadCommand } from './commands/read.js';
import { addReleasesCommand } from './commands/releases.js';
import { addRevokeCommand } from './commands/revoke.js';
import { addRollbackCommand } from './commands/rollback.js';
import { addRolloutCommand } from './commands/rollout.js';
import { addS3Command } from './commands/s3.js';
import { addServeCommand } from './commands/serve.js';
import { addSplitCommand } from './commands/split.js';
import { addTypesCommand } from './commands/types.js';
import { addVerifyCommand } from './commands/verify.js';
import type { Run } from './run-program.js';
import { ladingVersion } from './version.js';

/** All commands, in the order that a project meets them. */
const COMMANDS: readonly ((program: Command, run: Run) => void)[] = [
  addInitCommand,
  addInspectCommand,
  addPlanCommand,
  addSplitCommand,
  addExportCommand,
  addExplainCommand,
  addTypesCommand,
  addLintCommand,
  addDiffCommand,
  addVerifyCommand,
  addPublishCommand,
  addReleasesCommand,
  addRollbackCommand,
  addPromoteCommand,
  addRolloutCommand,
  addRevokeCommand,
  addGcCommand,
  addPullCommand,
  addReadCommand,
  addServeCommand,
  addS3Command,
  addKeysCommand,
  addConformanceCommand,
];

/** Builds the command line. Every action hands its work to `run`, which prints and counts. */
export function createProgram(run: Run): Command {
  const program = new Command('lading')
    .description('Cuts content into signed archives along its resource graph, publishes, verifies and mounts them.')
    .version(ladingVersion())
    .helpCommand(true)
    .showHelpAfterError(false)
    .addHelpText(
      'after',
      [
        '',
        'Exit codes: 0 ok, 1 failed check, 2 usage, 3 bad input, 4 network or target, 5 verification or trust.',
        '',
        'Examples:',
        '  $ lading keys new --out keys',
        "  $ lading split --assets public --root '/levels/*.json' --key keys --out release",
        '  $ lading publish release --target dist/content --key keys',
        '  $ lading serve dist/content',
      ].join('\n'),
    );
  for (const add of COMMANDS) add(program, run);
  return program;
}
