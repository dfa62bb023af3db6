import { existsSync } from 'node:fs';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { CliError, outputFailed } from '../cli-error.js';
import type { CommandContext, CommandResult, CommonOptions } from '../command-context.js';
import { ROOT_FILE } from '../config/keys.js';
import { configText } from '../init/config-text.js';
import { detectProject } from '../init/detect-project.js';
import { withCommonOptions } from '../options.js';
import { textFacts } from '../output/text-table.js';
import { inputError } from '../read-input.js';
import type { Run } from '../run-program.js';
import { newKeys } from './keys.js';

const KEY_DIR = '.lading/keys';

/** Adds `lading init`. */
export function addInitCommand(program: Command, run: Run): void {
  withCommonOptions(program.command('init'))
    .description('detect the project, write lading.config.ts, make a key pair that git ignores')
    .argument('[dir]', 'project folder', '.')
    .addHelpText('after', '\nExamples:\n  $ lading init\n  $ lading init my-game')
    .action((dir: string, options: CommonOptions) => run(options, (context) => init(context, dir)));
}

async function init(context: CommandContext, dir: string): Promise<CommandResult> {
  const root = resolve(context.cwd, dir);
  const project = await detectProject(root);
  const configFile = join(root, 'lading.config.ts');
  await writeConfig(configFile, configText(project, KEY_DIR));
  await ignoreInGit(root, '.lading/');
  // Keys that are there stay: a new root would cut every player off.
  const hasKeys = existsSync(join(root, KEY_DIR, ROOT_FILE));
  const keys = hasKeys ? undefined : await newKeys(context, { out: join(root, KEY_DIR) });
  return {
    json: { kind: project.kind, name: project.name, config: configFile, keys: keys?.json ?? null },
    text: `${textFacts([
      ['project', `${project.name} (${project.kind})`],
      ['config', configFile],
      ['keys', `${join(root, KEY_DIR)}${hasKeys ? ' (there already)' : ''}`],
    ])}\n\nNext: ${project.next}`,
  };
}

async function writeConfig(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text, { flag: 'wx' });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'EEXIST') {
      throw new CliError('ERR_OUTPUT_EXISTS', `${file} is there already`, {
        cause: error,
        details: { file },
        hint: 'Edit it, or remove it and run lading init again.',
      });
    }
    throw outputFailed(file, error);
  }
}

async function ignoreInGit(root: string, line: string): Promise<void> {
  const file = join(root, '.gitignore');
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw inputError(file, error);
  });
  if (text.split(/\r?\n/).includes(line)) return;
  await appendFile(file, `${text === '' || text.endsWith('\n') ? '' : '\n'}${line}\n`).catch((error: unknown) => {
    throw outputFailed(file, error);
  });
}
