import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import {
  createRoot,
  generateSigningKey,
  type KeyAlgorithm,
  type Role,
  type SigningKey,
  signRoot,
} from '@lading/manifest';
import { type Command, Option } from 'commander';
import { outputFailed } from '../cli-error.js';
import type { CommandContext, CommandResult, CommonOptions } from '../command-context.js';
import { keyFile, ROLES, ROOT_FILE } from '../config/keys.js';
import { timeSpan, withCommonOptions } from '../options.js';
import { textFacts } from '../output/text-table.js';
import { writeNewFile } from '../output/write-new-file.js';
import type { Run } from '../run-program.js';

interface KeysNewOptions {
  readonly out: string;
  /** Default ES256. */
  readonly algorithm?: KeyAlgorithm | undefined;
  /** Life of the root in milliseconds. Default ten years. */
  readonly expiresIn?: number | undefined;
}

/** What to do where a key is in the way. */
const KEPT = 'Keys are never overwritten. Choose another --out, or move the old keys away.';
const TEN_YEARS_MS = 3_650 * 86_400_000;

/** Adds `lading keys …`. */
export function addKeysCommand(program: Command, run: Run): void {
  const keys = program.command('keys').description('make and show signing keys');
  withCommonOptions(keys.command('new'))
    .description('make a root, a release and a channel key, and the signed public root')
    .requiredOption('--out <dir>', 'folder to write; it gets a .gitignore of its own')
    .addOption(new Option('--algorithm <name>', 'kind of the keys').choices(['ES256', 'Ed25519']).default('ES256'))
    .option('--expires-in <span>', 'life of the root: 90d, 10y (default: 10y)', timeSpan)
    .addHelpText(
      'after',
      '\nExamples:\n  $ lading keys new --out keys\n  $ lading keys new --out keys --algorithm Ed25519 --expires-in 2y',
    )
    .action((options: KeysNewOptions & CommonOptions) => run(options, (context) => newKeys(context, options)));
}

/** Makes keys and root; refuses a folder that has keys already, so that no key is ever lost. */
export async function newKeys(context: CommandContext, options: KeysNewOptions): Promise<CommandResult> {
  const dir = resolve(context.cwd, options.out);
  const { algorithm = 'ES256', expiresIn = TEN_YEARS_MS } = options;
  await makeKeyFolder(dir);
  const made = new Map<Role, SigningKey>();
  for (const role of ROLES) {
    const { key, pem } = await generateSigningKey({ algorithm });
    await writeNewFile(join(dir, keyFile(role)), pem, { mode: 0o600, hint: KEPT });
    made.set(role, key);
  }
  const expiresAt = new Date(context.now().getTime() + expiresIn).toISOString().replace(/\.\d{3}Z$/, 'Z');
  const keysOf = (role: Role): SigningKey[] => ROLES.filter((r) => r === role).map((r) => made.get(r) as SigningKey);
  const root = createRoot({
    version: 1,
    expiresAt,
    keys: { root: keysOf('root'), release: keysOf('release'), channel: keysOf('channel') },
  });
  const signed = await signRoot(root, keysOf('root'));
  await writeNewFile(join(dir, ROOT_FILE), signed.bytes, { mode: 0o644, hint: KEPT });
  return keysResult(dir, expiresAt, algorithm, made);
}

function keysResult(
  dir: string,
  expiresAt: string,
  algorithm: string,
  made: ReadonlyMap<Role, SigningKey>,
): CommandResult {
  const keys = Object.fromEntries([...made].map(([role, key]) => [role, { keyid: key.keyid, file: keyFile(role) }]));
  const facts = [...made].map(
    ([role, key]) => [keyFile(role), `private ${role} key ${key.keyid.slice(0, 16)}…`] as const,
  );
  return {
    json: { out: dir, algorithm, expiresAt, root: ROOT_FILE, keys },
    text: `${textFacts([...facts, [ROOT_FILE, `public, signed, valid until ${expiresAt}: ship it with your app`]])}\n\nKept in ${dir}. Back up root.key.pem offline; whoever has it owns the project's trust.`,
  };
}

/** Ignored by git before the first secret is written. */
async function makeKeyFolder(dir: string): Promise<void> {
  const ignored = `# Private keys stay out of version control; ${ROOT_FILE} is public.\n*\n!.gitignore\n!${ROOT_FILE}\n`;
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 });
    await writeFile(join(dir, '.gitignore'), ignored);
  } catch (error) {
    throw outputFailed(dir, error);
  }
}
