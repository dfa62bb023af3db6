import { type Command, CommanderError } from 'commander';
import { usageError } from './cli-error.js';
import type { CommandContext, CommandResult, CommonOptions } from './command-context.js';
import { EXIT } from './exit-code.js';
import { errorDocument, errorText } from './output/error-text.js';
import { type Host, runCommand } from './run-command.js';

/** How a command's action hands its work over: the runner prints and counts, the command only works. */
export type Run = (
  common: CommonOptions,
  command: (context: CommandContext) => Promise<CommandResult | undefined>,
) => Promise<void>;

/** Parses the arguments, runs the command, returns the exit code. */
export async function runProgram(
  createProgram: (run: Run) => Command,
  args: readonly string[],
  host: Host,
): Promise<number> {
  let exitCode: number = EXIT.ok;
  const program = createProgram(async (common, command) => {
    exitCode = await runCommand(host, common, command);
  });
  configureOutput(program, host);
  program.hook('preAction', (_program, command) => refuseEmpty(command));
  try {
    await program.parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return EXIT.ok;
    if (args.includes('--json')) {
      const problem = usageError(error.message.replace(/^error: /, ''), 'See --help of the command.');
      host.stdout.write(`${JSON.stringify(errorDocument(problem), undefined, 2)}\n`);
    }
    return EXIT.usage;
  }
}

/** An empty value is a variable that a script forgot to set; as a path it would silently mean the current folder. */
function refuseEmpty(command: Command): void {
  for (const option of command.options) {
    if (command.getOptionValue(option.attributeName()) === '')
      command.error(`option '${option.flags}' is empty`, { exitCode: EXIT.usage });
  }
  command.args.forEach((value, index) => {
    if (value === '')
      command.error(`argument '${command.registeredArguments[index]?.name()}' is empty`, { exitCode: EXIT.usage });
  });
}

/** Help goes to stdout, complaints to stderr in the same form as every other error; nothing ever exits the process. */
function configureOutput(program: Command, host: Host): void {
  for (const command of [program, ...descendants(program)]) {
    command.exitOverride().configureOutput({
      writeOut: (text) => host.stdout.write(text),
      writeErr: (text) => host.stderr.write(text),
      outputError: (text, write) =>
        write(`${errorText(usageError(text.trim().replace(/^error: /, ''), hintFor(command)))}\n`),
    });
  }
}

function hintFor(command: Command): string {
  const names: string[] = [];
  for (let at: Command | null = command; at !== null; at = at.parent) names.unshift(at.name());
  return `See ${names.join(' ')} --help.`;
}

function descendants(command: Command): Command[] {
  return command.commands.flatMap((child) => [child, ...descendants(child)]);
}
