import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { isLadingError, type JsonObject } from '@lading/manifest';
import { type ContentFinding, type ContentReport, verifyContent } from '@lading/mount';
import { nodeCodecs } from '@lading/mount/node';
import type { Command } from 'commander';
import type { CommandContext, CommandResult, CommonOptions } from '../command-context.js';
import { loadTrust } from '../config/keys.js';
import { EXIT } from '../exit-code.js';
import { inspectPath } from '../inspect/inspect-path.js';
import { contentPlace } from '../mounting/content-place.js';
import { type TrustOptions, withCommonOptions, withTrustOption } from '../options.js';
import { formatBytes } from '../output/byte-size.js';
import { textFacts } from '../output/text-table.js';
import type { Run } from '../run-program.js';

type VerifyOptions = CommonOptions & TrustOptions & { readonly channel?: string };

const MAX_FINDINGS_SHOWN = 50;

/** Adds `lading verify`. */
export function addVerifyCommand(program: Command, run: Run): void {
  withTrustOption(withCommonOptions(program.command('verify')))
    .description('check the whole chain of trust and every byte of a layout, or one file')
    .argument('<place>', 'folder or URL of a layout, or a file')
    .option('--channel <name>', 'channel to start from (default: all of a folder, stable of a URL)')
    .addHelpText(
      'after',
      '\nExits with 5 where anything is wrong, and names the file and the member.\n\nExamples:\n  $ lading verify release --trust keys\n  $ lading verify https://cdn.example.com/game\n  $ lading verify release/archives/*.zip',
    )
    .action((place: string, options: VerifyOptions) => run(options, (context) => verify(context, place, options)));
}

async function verify(context: CommandContext, text: string, options: VerifyOptions): Promise<CommandResult> {
  const trust = await loadTrust(context, options.trust);
  const file = await plainFile(context, text);
  if (file !== undefined) return verifyFile(context, file, trust);
  const { origin } = await contentPlace(context, text, options.channel);
  const bar = context.progress('verify');
  try {
    const report = await verifyContent(origin, {
      trust: trust ?? 'first-use',
      channel: options.channel,
      now: context.now(),
      codecs: nodeCodecs,
      signal: context.signal,
      onProgress: (progress) => bar.update(progress.checkedBytes, progress.checkedBytes, progress.file),
    });
    return reportResult(report, trust === undefined);
  } finally {
    bar.end();
  }
}

/** A file that is no channel document of a layout. */
async function plainFile(context: CommandContext, text: string): Promise<string | undefined> {
  if (/^https?:\/\//i.test(text)) return undefined;
  const path = resolve(context.cwd, text);
  const isFile = await stat(path).then(
    (facts) => facts.isFile(),
    () => false,
  );
  return isFile && !/[\\/]channels[\\/][^\\/]+\.json$/.test(path) ? path : undefined;
}

async function verifyFile(
  context: CommandContext,
  file: string,
  trust: Uint8Array | undefined,
): Promise<CommandResult> {
  try {
    const { kind, problems } = await inspectPath(file, { trust, signal: context.signal });
    const findings = problems.map(({ path, problem }) => ({ file, place: path, problem }));
    const text =
      findings.length === 0
        ? `${file}: ${kind}, everything in it is right`
        : findings.map((f) => `${file}: ${f.place}: ${f.problem}`).join('\n');
    return {
      json: { file, kind, isSound: findings.length === 0, findings },
      text,
      exitCode: findings.length === 0 ? EXIT.ok : EXIT.trust,
    };
  } catch (error) {
    // What cannot be read cannot be right: for a check that is a finding, not bad input.
    if (!isLadingError(error) || error.code.startsWith('ERR_INPUT')) throw error;
    const finding = { file, code: error.code, problem: error.message, details: error.details };
    return {
      json: { file, isSound: false, findings: [finding] },
      text: `${file}: ${error.code}: ${error.message}`,
      exitCode: EXIT.trust,
    };
  }
}

function reportResult(report: ContentReport, isFirstUse: boolean): CommandResult {
  const facts = textFacts([
    ['verdict', report.isSound ? 'sound' : 'NOT SOUND'],
    [
      'checked',
      `${report.roots} roots, ${report.channels} channels, ${report.releases} releases, ${report.archives} archives, ${report.members} members`,
    ],
    ['bytes', formatBytes(report.bytes)],
    ['trust', isFirstUse ? 'the root in the layout itself; pin yours with --trust root.1.json' : 'the given root'],
  ]);
  const findings = report.findings.slice(0, MAX_FINDINGS_SHOWN).map(findingText);
  const more =
    report.findings.length > findings.length
      ? [`… and ${report.findings.length - findings.length} more (see --json)`]
      : [];
  const unchecked = report.unchecked.map((key) => `not judged: ${key}`);
  return {
    json: report as unknown as JsonObject,
    text: [[...findings, ...more, ...unchecked].join('\n'), facts].filter((part) => part !== '').join('\n\n'),
    exitCode: report.isSound ? EXIT.ok : EXIT.trust,
  };
}

function findingText({ file, place, severity, code, problem }: ContentFinding): string {
  return `${severity} ${code} ${file}${place === undefined ? '' : ` (${place})`}: ${problem}`;
}
