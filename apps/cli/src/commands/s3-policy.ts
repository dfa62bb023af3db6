import type { JsonObject } from '@lading/manifest';
import { type AccessRole, accessPolicy } from '@lading/s3';
import { type Command, Option } from 'commander';
import type { CommandContext, CommandResult, CommonOptions } from '../command-context.js';
import { s3TargetOptions, type TargetOptions } from '../config/open-target.js';
import { withCommonOptions, withTargetOptions } from '../options.js';
import type { Run } from '../run-program.js';

type PolicyOptions = CommonOptions & TargetOptions & { readonly role: AccessRole };

const ROLES: readonly AccessRole[] = ['publish', 'gc', 'setup', 'public'];

/** Adds `lading s3 policy`. */
export function addPolicyCommand(s3: Command, run: Run): void {
  withTargetOptions(withCommonOptions(s3.command('policy')))
    .description('print the least that a role needs, as a policy document')
    .addOption(new Option('--role <role>', 'who gets it').choices(ROLES).default('publish'))
    .addHelpText(
      'after',
      [
        '',
        'publish, gc and setup are IAM policies for a user or role; public is the policy of the bucket that lets players read.',
        'A publishing job can delete nothing, a garbage collection can write nothing but its notes.',
        '',
        'Examples:',
        '  $ lading s3 policy --role publish --target s3://my-bucket/my-game > publish.json',
      ].join('\n'),
    )
    .action((options: PolicyOptions) => run(options, (context) => policy(context, options)));
}

async function policy(context: CommandContext, options: PolicyOptions): Promise<CommandResult> {
  const document = accessPolicy(options.role, await s3TargetOptions(context, options));
  const json = JSON.parse(JSON.stringify(document)) as JsonObject;
  return { json: { role: options.role, policy: json }, text: JSON.stringify(json, undefined, 2) };
}
