import { resolve } from 'node:path';
import { contentNamesOf, contentTypes } from '@lading/splitter';
import type { Command } from 'commander';
import { planSource } from '../build/plan-source.js';
import type { CommandContext, CommandResult } from '../command-context.js';
import { buildSettings } from '../config/settings.js';
import { type AllOptions, withCommonOptions, withRuleOptions, withSourceOptions } from '../options.js';
import { replaceFile } from '../output/replace-file.js';
import type { Run } from '../run-program.js';

type TypesOptions = AllOptions & { readonly out?: string };

/** Adds `lading types`. */
export function addTypesCommand(program: Command, run: Run): void {
  withRuleOptions(withSourceOptions(withCommonOptions(program.command('types'))))
    .description('write TypeScript types of all roots and paths, so that the compiler checks ensure() and read()')
    .option('--out <file>', 'file to write, replaced where it is there (default: print it)')
    .addHelpText(
      'after',
      [
        '',
        'Roots of Runtime.ensure() and missing(), and paths of resolve(), read() and its like, are any text until the file is part',
        'of your program.',
        '',
        'Examples:',
        "  $ lading types --assets public --root '/levels/*.json' --out src/ids.d.ts",
      ].join('\n'),
    )
    .action((options: TypesOptions) => run(options, (context) => types(context, options)));
}

async function types(context: CommandContext, options: TypesOptions): Promise<CommandResult> {
  const planned = await planSource(context, await buildSettings(context, options));
  try {
    const names = contentNamesOf(planned.plan);
    const text = contentTypes(names);
    const counts = { roots: names.roots.length, paths: names.paths.length };
    if (options.out === undefined) return { json: { ...counts, text }, text: text.trimEnd() };
    const out = resolve(context.cwd, options.out);
    const isNew = await replaceFile(out, text);
    const what = `${counts.roots} roots and ${counts.paths} paths`;
    return {
      json: { out, ...counts, isNew },
      text: isNew ? `wrote ${what} to ${out}` : `${out} has these ${what} already`,
    };
  } finally {
    await planned.close();
  }
}
