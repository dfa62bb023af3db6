import type { Command } from 'commander';
import { type SplitOptions, splitRelease } from '../build/split-release.js';
import { watchSplit } from '../build/watch-split.js';
import { ROOT_FILE } from '../config/keys.js';
import { buildSettings } from '../config/settings.js';
import {
  wholeNumber,
  withCommonOptions,
  withReleaseOptions,
  withRuleOptions,
  withSourceOptions,
  withTrustOption,
} from '../options.js';
import type { Run } from '../run-program.js';

type SplitCommandOptions = SplitOptions & { readonly watch?: boolean };

/** Adds `lading split`. */
export function addSplitCommand(program: Command, run: Run): void {
  const command = withSourceOptions(withCommonOptions(program.command('split')));
  withTrustOption(withReleaseOptions(withRuleOptions(command)), 'the one beside the key')
    .description('write the archives of the plan and the signed release')
    .option('--out <dir>', 'folder to write (default: dist/release)')
    .option('--plan <file>', 'take this plan, as plan --json printed it and you edited it, instead of making one')
    .option('--key <key>', 'release key: a PEM file, a folder of lading keys new, or env:NAME')
    .option('--threads <n>', 'threads that deflate, which changes no byte (default: one a core)', wholeNumber)
    .option('--watch', 'go on: split again whenever the source changes, and redo only what changed; until Ctrl-C')
    .addHelpText(
      'after',
      [
        '',
        `The root that the key belongs to is ${ROOT_FILE} beside the key, or --trust FILE.`,
        '',
        'Examples:',
        '  $ lading split --content liveupdate.zip --max-archive-bytes 8MiB --key keys --out release',
        "  $ lading split --assets public --root '/levels/*.json' --key env:LADING_KEY --trust root.1.json --out release",
        '  $ lading plan --assets public --json > plan.json && lading split --assets public --plan plan.json --key keys',
      ].join('\n'),
    )
    .action((options: SplitCommandOptions) =>
      run(options, async (context) =>
        options.watch === true
          ? watchSplit(context, options)
          : splitRelease(context, await buildSettings(context, options), { options }),
      ),
    );
}
