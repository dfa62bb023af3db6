import { resolve } from 'node:path';
import { writeExportFolder, writeOrdinaryZip } from '@lading/splitter';
import type { Command } from 'commander';
import { assertIsContent } from '../build/assert-is-content.js';
import { planSource } from '../build/plan-source.js';
import { usageError } from '../cli-error.js';
import type { CommandContext, CommandResult } from '../command-context.js';
import { buildSettings } from '../config/settings.js';
import { type AllOptions, withCommonOptions, withRuleOptions, withSourceOptions } from '../options.js';
import { formatBytes } from '../output/byte-size.js';
import type { Run } from '../run-program.js';

type ExportOptions = AllOptions & { readonly zip?: string; readonly folder?: string };

/** Adds `lading export`. */
export function addExportCommand(program: Command, run: Run): void {
  withRuleOptions(withSourceOptions(withCommonOptions(program.command('export'))))
    .description("write all content outside the base as one ordinary zip or folder, like Defold's Zip and Folder modes")
    .option('--zip <file>', 'zip to write')
    .option('--folder <dir>', 'folder to write')
    .addHelpText(
      'after',
      '\nExamples:\n  $ lading export --content game.arci --graph game.graph.json --zip liveupdate.zip',
    )
    .action((options: ExportOptions) => run(options, (context) => exportContent(context, options)));
}

async function exportContent(context: CommandContext, options: ExportOptions): Promise<CommandResult> {
  const to = options.zip ?? options.folder;
  if (to === undefined || (options.zip !== undefined && options.folder !== undefined)) {
    throw usageError('export needs one of --zip FILE and --folder DIR');
  }
  const planned = await planSource(context, await buildSettings(context, options));
  const bar = context.progress('export');
  try {
    const { plan, content, graph } = planned;
    const path = resolve(context.cwd, to);
    assertIsContent(plan, content, path);
    const write = options.zip === undefined ? writeExportFolder : writeOrdinaryZip;
    const onProgress = (done: number, total: number): void => bar.update(done, total, `${done} of ${total} files`);
    const { entries, sizeBytes } = await write(plan, content, path, { graph, signal: context.signal, onProgress });
    return { json: { path: to, entries, sizeBytes }, text: `${to}: ${entries} entries, ${formatBytes(sizeBytes)}` };
  } finally {
    bar.end();
    await planned.close();
  }
}
