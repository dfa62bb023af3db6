import { type JsonObject, type Release, type SignedDocument, signRelease } from '@lading/manifest';
import { folderTarget } from '@lading/publisher/node';
import { buildRelease, type WrittenArchive, writeArchives } from '@lading/splitter';
import type { Command } from 'commander';
import { type PlannedSource, planSource } from '../build/plan-source.js';
import { readPlan } from '../build/read-revision.js';
import { writeRelease } from '../build/write-release.js';
import type { CommandContext, CommandResult } from '../command-context.js';
import { ROOT_FILE } from '../config/keys.js';
import { loadRoleKey } from '../config/role-key.js';
import { type BuildSettings, buildSettings, outSetting } from '../config/settings.js';
import {
  type AllOptions,
  wholeNumber,
  withCommonOptions,
  withReleaseOptions,
  withRuleOptions,
  withSourceOptions,
  withTrustOption,
} from '../options.js';
import { formatBytes } from '../output/byte-size.js';
import { planText } from '../output/plan-text.js';
import { textFacts } from '../output/text-table.js';
import type { Run } from '../run-program.js';

type SplitOptions = AllOptions & {
  readonly out?: string;
  readonly key?: string;
  readonly plan?: string;
  readonly threads?: number;
};

/** Adds `lading split`. */
export function addSplitCommand(program: Command, run: Run): void {
  const command = withSourceOptions(withCommonOptions(program.command('split')));
  withTrustOption(withReleaseOptions(withRuleOptions(command)), 'the one beside the key')
    .description('write the archives of the plan and the signed release')
    .option('--out <dir>', 'folder to write (default: dist/release)')
    .option('--plan <file>', 'take this plan, as plan --json printed it and you edited it, instead of making one')
    .option('--key <key>', 'release key: a PEM file, a folder of lading keys new, or env:NAME')
    .option('--threads <n>', 'threads that deflate, which changes no byte (default: one a core)', wholeNumber)
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
    .action((options: SplitOptions) => run(options, (context) => split(context, options)));
}

async function split(context: CommandContext, options: SplitOptions): Promise<CommandResult> {
  const settings = await buildSettings(context, options);
  const { key, root } = await loadRoleKey(context, 'release', options);
  const out = await outSetting(context, options.out);
  const given = options.plan === undefined ? undefined : await readPlan(context, options.plan);
  const planned = await planSource(context, settings, given);
  try {
    const archives = await writeAll(context, planned, { out, settings, threads: options.threads });
    const release = buildRelease({ ...settings.release, plan: planned.plan, archives });
    const signed = await signRelease(release, [key]);
    const target = folderTarget(out);
    const written = await writeRelease(target, signed, { root, release });
    await target.close?.();
    return splitResult(planned, { archives, release, signed, out, releaseKey: written.key });
  } finally {
    await planned.close();
  }
}

async function writeAll(
  context: CommandContext,
  { plan, content, graph }: PlannedSource,
  {
    out,
    settings,
    threads,
  }: { readonly out: string; readonly settings: BuildSettings; readonly threads: number | undefined },
): Promise<WrittenArchive[]> {
  const totalBytes = plan.archives.reduce((sum, archive) => sum + Math.max(0, archive.sizeBytes), 0);
  const { project, compat } = settings.release;
  // Without the release version: with it every archive of every release would have other bytes.
  const facts = { project, engines: compat.engines };
  const bar = context.progress('split');
  const archives: WrittenArchive[] = [];
  try {
    const onProgress = ({ writtenBytes, archive }: { writtenBytes: number; archive: string }): void =>
      bar.update(writtenBytes, Math.max(totalBytes, writtenBytes), archive);
    const options = { out, graph, facts, threads, signal: context.signal, onProgress };
    for await (const archive of writeArchives(plan, content, options)) archives.push(archive);
    return archives;
  } finally {
    bar.end();
  }
}

interface SplitFacts {
  readonly archives: readonly WrittenArchive[];
  readonly release: Release;
  readonly signed: SignedDocument;
  readonly out: string;
  readonly releaseKey: string;
}

function splitResult(
  { plan }: PlannedSource,
  { archives, release, signed, out, releaseKey }: SplitFacts,
): CommandResult {
  const sizeBytes = archives.reduce((sum, archive) => sum + archive.sizeBytes, 0);
  return {
    json: {
      out,
      release: {
        key: releaseKey,
        digest: signed.digest,
        sizeBytes: signed.sizeBytes,
        document: release as unknown as JsonObject,
      },
      archives: archives.map(({ name, key, sizeBytes: bytes, digest, entries, isNew }) => ({
        name,
        key,
        sizeBytes: bytes,
        digest,
        entries,
        isNew,
      })),
      plan: plan as unknown as JsonObject,
    },
    text: `${planText(plan)}\n\n${textFacts([
      ['archives', `${archives.length}, ${formatBytes(sizeBytes)} (${archives.filter((a) => a.isNew).length} new)`],
      ['release', `${release.project} ${release.version}, sequence ${release.sequence}`],
      ['digest', signed.digest],
      ['written to', out],
    ])}`,
  };
}
