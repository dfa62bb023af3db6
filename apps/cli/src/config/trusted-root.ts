import { type TrustedRoot, trustRoot } from '@lading/manifest';
import { type PublishTarget, readOldestRoot } from '@lading/publisher';
import { CliError, usageError } from '../cli-error.js';
import type { CommandContext } from '../command-context.js';
import { loadKeyRing, loadTrust, ROOT_FILE } from './keys.js';
import { loadConfig } from './load-config.js';
import type { KeyOptions } from './role-key.js';

/** The root that `--trust` names, or the one beside the key of `--key` or the configuration; `undefined` without either. */
export async function namedRoot(context: CommandContext, options: KeyOptions): Promise<TrustedRoot | undefined> {
  const named = await loadTrust(context, options.trust);
  if (named !== undefined) return trustRoot(named);
  const { config, dir } = await loadConfig(context.cwd, context.configFile);
  const setting = options.key ?? config.sign?.key;
  if (setting === undefined) return undefined;
  return (await loadKeyRing(context, setting, options.key === undefined ? dir : context.cwd)).root;
}

/**
 * The named root ({@link namedRoot}); who writes or deletes must name one.
 *
 * @throws CliError `ERR_USAGE` where none is named.
 */
export async function rootToWrite(context: CommandContext, options: KeyOptions): Promise<TrustedRoot> {
  const named = await namedRoot(context, options);
  if (named !== undefined) return named;
  throw usageError(
    'no root is named',
    `Pass the root that your app ships with: --trust ${ROOT_FILE}, or a key folder.`,
  );
}

/**
 * The named root ({@link namedRoot}), or, to look and not to write, the one that the target itself shows first.
 *
 * @throws CliError `ERR_INPUT_UNKNOWN` where the target has none.
 */
export async function rootToRead(
  context: CommandContext,
  target: PublishTarget,
  options: KeyOptions,
): Promise<TrustedRoot> {
  const named = await namedRoot(context, options);
  if (named !== undefined) return named;
  const first = await readOldestRoot(target, { signal: context.signal });
  if (first === undefined) {
    throw new CliError('ERR_INPUT_UNKNOWN', `${target.name} has no root: nothing was published there`, {
      details: { target: target.name },
      hint: 'Check the target and its prefix; lading publish writes there.',
    });
  }
  context.note(`trusting the root of first use; pin it with --trust ${ROOT_FILE}`);
  return first;
}
