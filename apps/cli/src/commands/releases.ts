import type { JsonObject } from '@lading/manifest';
import {
  liveReleases,
  type PublishedRelease,
  type ReadRelease,
  readLiveReleases,
  readPublished,
} from '@lading/publisher';
import type { Command } from 'commander';
import type { CommandContext, CommandResult, CommonOptions } from '../command-context.js';
import { openTarget, type TargetOptions } from '../config/open-target.js';
import { rootToRead } from '../config/trusted-root.js';
import { type TrustOptions, wholeNumber, withCommonOptions, withTargetOptions, withTrustOption } from '../options.js';
import { formatBytes } from '../output/byte-size.js';
import { type Cell, textFacts, textTable } from '../output/text-table.js';
import type { Run } from '../run-program.js';

type ReleasesOptions = CommonOptions & TrustOptions & TargetOptions & { readonly last?: number };

const DEFAULT_LAST = 10;

/** Adds `lading releases`. */
export function addReleasesCommand(program: Command, run: Run): void {
  withTargetOptions(withTrustOption(withCommonOptions(program.command('releases'))))
    .description('list what is live on a target, and what was, by channel, the newest first')
    .option('--last <n>', `releases of each channel (default: ${DEFAULT_LAST})`, wholeNumber)
    .addHelpText(
      'after',
      [
        '',
        'All channels are listed unless --channel names one. Times are those of the target.',
        '',
        'Examples:',
        '  $ lading releases --target dist/content --trust keys',
        "  $ lading releases --target 's3://my-bucket/my-game?region=eu-central-1' --channel stable --json",
      ].join('\n'),
    )
    .action((options: ReleasesOptions) => run(options, (context) => releases(context, options)));
}

async function releases(context: CommandContext, options: ReleasesOptions): Promise<CommandResult> {
  const { target } = await openTarget(context, options);
  try {
    const root = await rootToRead(context, target, options);
    const published = await readPublished(target, { roots: [root], signal: context.signal });
    const { channel, last = DEFAULT_LAST } = options;
    const chosen = liveReleases(published, { channel, last });
    const lines = await readLiveReleases(target, chosen, { roots: published.roots, signal: context.signal });
    return {
      json: { target: target.name, releases: lines.map((line) => lineJson(line, context.now())) },
      text: linesText(lines, target.name, context.now()),
    };
  } finally {
    await target.close?.();
  }
}

function lineJson(line: ReadRelease, now: Date): JsonObject {
  const { channel, release, document, content, isCurrent, isRevoked, since, until } = line;
  return {
    channel,
    channelSequence: document.channel.sequence,
    state: stateOf(line, now),
    isCurrent,
    isRevoked,
    since: since?.toISOString() ?? null,
    until: until?.toISOString() ?? null,
    expiresAt: document.channel.expiresAt,
    rollout: document.channel.rollout ?? 100,
    release: {
      digest: release.digest,
      sequence: release.sequence,
      isThere: content !== undefined,
      ...(content === undefined
        ? {}
        : {
            project: content.release.project,
            version: content.release.version,
            createdAt: content.release.createdAt,
            archives: content.release.archives.length,
            sizeBytes: sizeOf(content),
          }),
    },
  };
}

function stateOf({ isCurrent, isRevoked, content, document }: ReadRelease, now: Date): string {
  if (isRevoked) return 'revoked';
  if (content === undefined) return isCurrent ? 'broken' : 'deleted';
  if (!isCurrent) return 'replaced';
  return Date.parse(document.channel.expiresAt) > now.getTime() ? 'live' : 'expired';
}

function linesText(lines: readonly ReadRelease[], target: string, now: Date): string {
  if (lines.length === 0) return `Nothing was published to ${target} under these channels.`;
  const rows = lines.map((line): Cell[] => {
    const { channel, release, document, content } = line;
    const rollout = document.channel.rollout ?? 100;
    return [
      channel,
      `${stateOf(line, now)}${rollout === 100 ? '' : ` for ${rollout} %`}`,
      content?.release.version ?? '',
      release.sequence,
      release.digest.slice('sha256:'.length, 'sha256:'.length + 12),
      shortTime(line.since),
      shortTime(line.until),
      content === undefined ? '' : `${formatBytes(sizeOf(content))} in ${content.release.archives.length}`,
    ];
  });
  const header = ['channel', 'state', 'version', 'sequence', 'digest', 'since', 'until', 'archives'];
  return `${textTable(header, rows)}\n\n${textFacts([['target', target]])}`;
}

function shortTime(time: Date | undefined): string {
  return time === undefined ? '' : time.toISOString().slice(0, 16).replace('T', ' ');
}

function sizeOf({ release }: PublishedRelease): number {
  return release.archives.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}
