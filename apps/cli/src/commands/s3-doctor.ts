import { randomBytes } from 'node:crypto';
import type { JsonObject } from '@lading/manifest';
import { examineTarget, type TargetCheck } from '@lading/publisher';
import type { Command } from 'commander';
import type { CommandContext, CommandResult, CommonOptions } from '../command-context.js';
import { openTarget, type TargetOptions } from '../config/open-target.js';
import { EXIT } from '../exit-code.js';
import { withCommonOptions, withTargetOptions } from '../options.js';
import { textTable } from '../output/text-table.js';
import type { Run } from '../run-program.js';

type DoctorOptions = CommonOptions & TargetOptions & { readonly publicUrl?: string; readonly origin?: string };

/** Adds `lading s3 doctor`. */
export function addDoctorCommand(s3: Command, run: Run): void {
  withTargetOptions(withCommonOptions(s3.command('doctor')))
    .description('try the real thing: write probes, read them as a publish and as a player does, remove them')
    .option('--public-url <url>', 'where players read the prefix, through the CDN where there is one')
    .option('--origin <url>', 'origin of the page that your game is served from (default: https://game.example)')
    .addHelpText(
      'after',
      [
        '',
        'Any target can be examined, not only S3. Exits with 1 where a check failed; each says what to do.',
        '',
        'Examples:',
        "  $ lading s3 doctor --target 's3://my-bucket/my-game?region=eu-central-1' --public-url https://cdn.example.com/my-game/ --origin https://game.example.com",
      ].join('\n'),
    )
    .action((options: DoctorOptions) => run(options, (context) => doctor(context, options)));
}

async function doctor(context: CommandContext, options: DoctorOptions): Promise<CommandResult> {
  const { target } = await openTarget(context, options);
  try {
    const checks = await examineTarget(target, {
      id: randomBytes(6).toString('hex'),
      now: context.now,
      publicUrl: options.publicUrl,
      origin: options.origin,
      signal: context.signal,
    });
    const isHealthy = checks.every(({ status }) => status !== 'failed');
    return {
      json: { target: target.name, isHealthy, checks: checks as unknown as JsonObject[] },
      text: checksText(checks, target.name),
      exitCode: isHealthy ? EXIT.ok : EXIT.failedCheck,
    };
  } finally {
    await target.close?.();
  }
}

function checksText(checks: readonly TargetCheck[], target: string): string {
  const rows = checks.map(({ name, status, detail }) => [name, status, detail]);
  const fixes = checks.flatMap(({ name, fix }) => (fix === undefined ? [] : [`${name}: ${fix}`]));
  return [textTable(['check', 'status', target], rows), ...fixes].join('\n\n');
}
