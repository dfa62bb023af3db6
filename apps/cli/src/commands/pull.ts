import { resolve } from 'node:path';
import { createRuntime, type Ensured, type Runtime } from '@lading/mount';
import { nodeCodecs, nodeStore } from '@lading/mount/node';
import type { Command } from 'commander';
import type { CommandContext, CommandResult, CommonOptions } from '../command-context.js';
import { loadTrust } from '../config/keys.js';
import { contentPlace } from '../mounting/content-place.js';
import { storePullRecord } from '../mounting/pull-record.js';
import {
  collect,
  type TrustOptions,
  type VariantOptions,
  withCommonOptions,
  withTrustOption,
  withVariantOption,
} from '../options.js';
import { formatBytes } from '../output/byte-size.js';
import { textFacts, textTable } from '../output/text-table.js';
import type { Run } from '../run-program.js';

type PullOptions = CommonOptions &
  TrustOptions &
  VariantOptions & {
    readonly root?: readonly string[];
    readonly to: string;
    readonly channel?: string;
    readonly project?: string;
    readonly app?: string;
    readonly engine?: string;
  };

/** Adds `lading pull`. */
export function addPullCommand(program: Command, run: Run): void {
  withVariantOption(withTrustOption(withCommonOptions(program.command('pull'))))
    .description('download and verify what roots need, as a player would; run again to go on or to update')
    .argument('<url>', 'prefix of a published layout, its channel document, or a folder')
    .requiredOption('--to <dir>', 'folder that keeps the archives')
    .option('--root <path>', 'root to download (repeatable; default: every root)', collect)
    .option('--channel <name>', 'channel to follow (default: stable)')
    .option('--project <name>', 'refuse documents of another project')
    .option('--app <version>', 'version of the app, checked against the release')
    .option('--engine <version>', 'version of the engine, checked against the release')
    .addHelpText(
      'after',
      '\nExamples:\n  $ lading pull https://cdn.example.com/game --root /levels/3.json --to content --trust root.1.json',
    )
    .action((url: string, options: PullOptions) => run(options, (context) => pull(context, url, options)));
}

async function pull(context: CommandContext, url: string, options: PullOptions): Promise<CommandResult> {
  const { origin, channel } = await contentPlace(context, url, options.channel);
  const { signal } = context;
  const trust = await loadTrust(context, options.trust);
  const { project, app, engine, variant: variants = {} } = options;
  const store = nodeStore(resolve(context.cwd, options.to));
  try {
    if (trust === undefined) context.note('trusting the root of first use; pin it with --trust root.1.json');
    const keys = trust ?? 'first-use';
    let refused: { readonly error: unknown } | undefined;
    const runtime = await createRuntime({
      onEvent: (event) => {
        if (event.type === 'refreshFailed') refused = event;
      },
      store,
      origin,
      channel,
      keys,
      project,
      app,
      engine,
      variants,
      now: context.now,
      codecs: nodeCodecs,
      signal,
    });
    try {
      // A game goes on with what it has; who asks for an update has to hear that there was none.
      assertFollowed(refused);
      await storePullRecord(store, { channel, trust, variants });
      return pullResult(runtime, options.to, await ensureAll(context, runtime, options.root ?? allRoots(runtime)));
    } finally {
      await runtime.close();
    }
  } finally {
    await store.close();
  }
}

function assertFollowed(refused: { readonly error: unknown } | undefined): void {
  if (refused !== undefined) throw refused.error;
}

function allRoots(runtime: Runtime): readonly string[] {
  return runtime.status().latest?.roots ?? [];
}

async function ensureAll(
  context: CommandContext,
  runtime: Runtime,
  roots: readonly string[],
): Promise<readonly Ensured[]> {
  const done: Ensured[] = [];
  for (const root of roots) {
    const bar = context.progress(root);
    try {
      const onProgress = ({
        receivedBytes,
        totalBytes,
        archive,
      }: {
        receivedBytes: number;
        totalBytes: number;
        archive: string;
      }): void => bar.update(receivedBytes, totalBytes, archive);
      done.push(await runtime.ensure(root, { signal: context.signal, onProgress }));
    } finally {
      bar.end();
    }
  }
  return done;
}

function pullResult(runtime: Runtime, to: string, ensured: readonly Ensured[]): CommandResult {
  const { latest, isStale } = runtime.status();
  const mounts = runtime.mounts();
  const receivedBytes = ensured.reduce((sum, one) => sum + one.receivedBytes, 0);
  const reusedBytes = ensured.reduce((sum, one) => sum + one.reusedBytes, 0);
  const rows = mounts.map((m) => [m.priority, m.name, m.entries, formatBytes(m.sizeBytes), m.state]);
  return {
    json: {
      to,
      release:
        latest === undefined
          ? null
          : { digest: latest.digest, project: latest.project, version: latest.version, sequence: latest.sequence },
      isStale,
      receivedBytes,
      reusedBytes,
      roots: ensured.map((one) => ({
        root: one.root,
        receivedBytes: one.receivedBytes,
        reusedBytes: one.reusedBytes,
        mounts: one.mounts.map((m) => m.name),
      })),
      mounts: mounts.map((m) => ({
        name: m.name,
        priority: m.priority,
        entries: m.entries,
        sizeBytes: m.sizeBytes,
        digest: m.digest ?? null,
        variant: m.variant ?? null,
        state: m.state,
      })),
    },
    text: `${textTable(['priority', 'mount', 'entries', 'size', 'state'], rows)}\n\n${textFacts([
      ['release', latest && `${latest.project} ${latest.version} (sequence ${latest.sequence})`],
      ['downloaded', formatBytes(receivedBytes)],
      ['saved', reusedBytes === 0 ? '' : `${formatBytes(reusedBytes)} were here already`],
      ['kept in', to],
      ['channel', isStale ? 'EXPIRED: nothing new was adopted' : ''],
    ])}`,
  };
}
