import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { CommandContext, CommandResult, CommonOptions } from '../command-context.js';
import { loadTrust } from '../config/keys.js';
import { EXIT } from '../exit-code.js';
import { inspectPath } from '../inspect/inspect-path.js';
import { inspectionDocument, inspectionText } from '../inspect/inspection.js';
import { type TrustOptions, withCommonOptions, withTrustOption } from '../options.js';
import type { Run } from '../run-program.js';

type InspectOptions = CommonOptions & TrustOptions & { readonly publicKey?: string };

/** Adds `lading inspect`. */
export function addInspectCommand(program: Command, run: Run): void {
  withTrustOption(withCommonOptions(program.command('inspect')))
    .description('read a manifest, graph, zip, base archive, bundle or signed document, and check what can be checked')
    .argument('<file>', 'file, or folder of a bundle')
    .option('--public-key <file>', 'public key (DER) of a Defold manifest (default: *.public.der beside it)')
    .addHelpText(
      'after',
      [
        '',
        'Exits with 5 where a digest, CRC or signature is wrong, with 3 where the file cannot be read at all.',
        '',
        'Examples:',
        '  $ lading inspect liveupdate.zip',
        '  $ lading inspect build/default/game.graph.json --json',
        '  $ lading inspect release/releases/*.json --trust keys',
      ].join('\n'),
    )
    .action((file: string, options: InspectOptions) => run(options, (context) => inspect(context, file, options)));
}

async function inspect(context: CommandContext, file: string, options: InspectOptions): Promise<CommandResult> {
  const inspection = await inspectPath(resolve(context.cwd, file), {
    publicKey: options.publicKey && resolve(context.cwd, options.publicKey),
    trust: await loadTrust(context, options.trust),
    signal: context.signal,
  });
  return {
    json: inspectionDocument(file, inspection),
    text: inspectionText(inspection),
    exitCode: inspection.problems.length === 0 ? EXIT.ok : EXIT.trust,
  };
}
