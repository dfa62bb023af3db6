import type { Command } from 'commander';
import type { CommandContext, CommonOptions } from '../command-context.js';
import { loadTrust } from '../config/keys.js';
import { openMounts } from '../mounting/open-mounts.js';
import {
  type TrustOptions,
  type VariantOptions,
  withCommonOptions,
  withTrustOption,
  withVariantOption,
} from '../options.js';
import { formatBytes } from '../output/byte-size.js';
import type { Run } from '../run-program.js';

type ReadOptions = CommonOptions &
  TrustOptions &
  VariantOptions & { readonly channel?: string; readonly root?: string };

/** Adds `lading read`. */
export function addReadCommand(program: Command, run: Run): void {
  withVariantOption(withTrustOption(withCommonOptions(program.command('read'))))
    .description('resolve a resource through the mounts and write its verified bytes to stdout')
    .argument('<place>', 'URL or folder of a layout, or the folder that lading pull keeps')
    .argument('<path>', 'resource path')
    .option('--root <path>', 'mount only what this root needs (default: every archive of the release)')
    .option('--channel <name>', 'channel to follow (default: stable)')
    .addHelpText(
      'after',
      '\nWith --json, says where the resource was found in place of its bytes.\n\nExamples:\n  $ lading read content /levels/3.json\n  $ lading read https://cdn.example.com/game /music/theme.ogg > theme.ogg',
    )
    .action((place: string, path: string, options: ReadOptions) =>
      run(options, (context) => read(context, place, path, options)),
    );
}

async function read(context: CommandContext, place: string, path: string, options: ReadOptions): Promise<undefined> {
  const trust = await loadTrust(context, options.trust);
  const { channel, root, variant: variants } = options;
  const mounts = await openMounts(context, place, { trust, channel, root, variants });
  try {
    const bytes = await mounts.runtime.read(path, { signal: context.signal });
    const { mount, entry, shadowed, state } = mounts.runtime.resolve(path);
    if (context.isJson) {
      const document = {
        path,
        mount: mount?.name,
        member: entry?.member,
        sizeBytes: bytes.length,
        digest: entry?.digest,
        state,
        shadowed: shadowed.map((m) => m.name),
      };
      await context.write(`${JSON.stringify(document, undefined, 2)}\n`);
    } else {
      context.note(`${path}: ${formatBytes(bytes.length)} from ${mount?.name}`);
      await context.write(bytes);
    }
  } finally {
    await mounts.close();
  }
  return undefined;
}
