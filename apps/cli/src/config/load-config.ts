import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createJiti } from 'jiti';
import { CliError } from '../cli-error.js';
import { readInput } from '../read-input.js';
import { checkConfig } from './check-config.js';
import { defineConfig, defold, files, folder, type LadingConfig, s3 } from './lading-config.js';

/** Names that a config file may have, in the order they are looked for. */
export const CONFIG_NAMES: readonly string[] = [
  'lading.config.ts',
  'lading.config.js',
  'lading.config.mjs',
  'lading.config.json',
];

const MAX_CONFIG_BYTES = 4 * 1024 * 1024;

/** What `import … from 'lading'` gives in a config file, wherever lading itself is installed: with npx it is elsewhere. */
const CONFIG_MODULES: Record<string, unknown> = { lading: { defineConfig, defold, files, folder, s3 } };

/** A checked configuration, and the folder that its paths are relative to. */
export interface LoadedConfig {
  readonly config: LadingConfig;
  readonly dir: string;
  readonly file: string | undefined;
}

/**
 * Loads the named config file, or the one in `cwd`; an empty configuration where there is none.
 *
 * @throws CliError `ERR_INPUT_MISSING`, `ERR_CONFIG`.
 */
export async function loadConfig(cwd: string, named: string | undefined): Promise<LoadedConfig> {
  const file = configFileOf(cwd, named);
  if (file === undefined) return { config: {}, dir: cwd, file: undefined };
  const value = file.endsWith('.json') ? await loadJson(file) : await loadModule(file);
  return { config: checkConfig(value, file), dir: dirname(file), file };
}

/** The config file that is used: the one that is named, or the one in `cwd`. */
export function configFileOf(cwd: string, named: string | undefined): string | undefined {
  return named ?? CONFIG_NAMES.map((name) => join(cwd, name)).find((path) => existsSync(path));
}

async function loadJson(file: string): Promise<unknown> {
  const bytes = await readInput(file, MAX_CONFIG_BYTES);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new CliError('ERR_CONFIG', `${file} is not JSON: ${(cause as Error).message}`, { cause, details: { file } });
  }
}

async function loadModule(file: string): Promise<unknown> {
  await readInput(file, MAX_CONFIG_BYTES);
  try {
    return await createJiti(import.meta.url, { virtualModules: CONFIG_MODULES, moduleCache: false }).import(file, {
      default: true,
    });
  } catch (cause) {
    throw new CliError('ERR_CONFIG', `${file} cannot be loaded: ${(cause as Error).message}`, {
      cause,
      details: { file },
    });
  }
}
