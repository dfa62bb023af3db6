import { listS3Buckets, listS3Profiles, type S3Bucket, type S3Profile } from '@lading/s3';
import type { Command } from 'commander';
import type { CommandContext, CommandResult, CommonOptions } from '../command-context.js';
import { withCommonOptions } from '../options.js';
import { textTable } from '../output/text-table.js';
import type { Run } from '../run-program.js';

type BucketsOptions = CommonOptions & {
  readonly profile?: string;
  readonly endpoint?: string;
  readonly region?: string;
};

/** What a target's URL says beside the bucket. */
interface BucketPlace {
  readonly profile: string | undefined;
  readonly endpoint: string | undefined;
}

/** Adds `lading s3 buckets`. */
export function addBucketsCommand(s3: Command, run: Run): void {
  withCommonOptions(s3.command('buckets'))
    .description('list the profiles of the AWS files, and the buckets that the credentials can see')
    .option(
      '--profile <name>',
      'profile to list the buckets of (default: the environment, then AWS_PROFILE, then default)',
    )
    .option('--endpoint <url>', "server that is not AWS's")
    .option('--region <name>', 'region to ask in')
    .addHelpText('after', '\nNo secret is shown.\n\nExamples:\n  $ lading s3 buckets --profile team')
    .action((options: BucketsOptions) => run(options, (context) => buckets(context, options)));
}

async function buckets(
  { signal }: CommandContext,
  { profile, endpoint, region }: BucketsOptions,
): Promise<CommandResult> {
  const profiles = await listS3Profiles();
  const found = await listS3Buckets({ profile, endpoint, region }, { signal });
  return {
    json: {
      profiles: profiles.map((one) => ({ ...one, region: one.region ?? null, endpoint: one.endpoint ?? null })),
      buckets: found.map((one) => ({
        name: one.name,
        region: one.region ?? null,
        target: targetOf(one, { profile, endpoint }),
      })),
    },
    text: [profilesText(profiles), bucketsText(found, { profile, endpoint })].join('\n\n'),
  };
}

function profilesText(profiles: readonly S3Profile[]): string {
  if (profiles.length === 0) return 'There are no profiles.';
  const rows = profiles.map(({ name, region, endpoint, credentials }) => [
    name,
    credentials,
    region ?? '',
    endpoint ?? '',
  ]);
  return textTable(['profile', 'credentials', 'region', 'endpoint'], rows);
}

function bucketsText(found: readonly S3Bucket[], place: BucketPlace): string {
  if (found.length === 0) return 'The credentials see no bucket.';
  const rows = found.map((bucket) => [bucket.name, bucket.region ?? '', targetOf(bucket, place)]);
  return textTable(['bucket', 'region', '--target'], rows);
}

/** What to pass as `--target`. */
function targetOf({ name, region }: S3Bucket, { profile, endpoint }: BucketPlace): string {
  const named = Object.entries({ region, endpoint, profile }).filter(
    ([, value]) => value !== undefined && value !== '',
  );
  const query = named.map(([key, value]) => `${key}=${encodeURIComponent(value ?? '')}`).join('&');
  return `s3://${name}/my-game${query === '' ? '' : `?${query}`}`;
}
