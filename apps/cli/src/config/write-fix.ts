import { basename, join } from 'node:path';
import type { JsonObject } from '@lading/manifest';
import type { FixedRules } from '@lading/splitter';
import type { CommandContext } from '../command-context.js';
import { replaceFile } from '../output/replace-file.js';
import { loadConfig } from './load-config.js';

const NEW_CONFIG = 'lading.config.json';

/** What became of a fix. */
export interface WrittenFix {
  readonly isWritten: boolean;
  readonly json: JsonObject;
  readonly text: string;
}

/**
 * Writes fixed rules into the configuration: a JSON file is written anew with its other fields as they are, or one is made where
 * there is none. A configuration that is a program is left alone; the text says what to add to it.
 *
 * @throws CliError `ERR_CONFIG`, `ERR_OUTPUT_FAILED`.
 */
export async function writeFix(context: CommandContext, fixed: FixedRules, isDryRun: boolean): Promise<WrittenFix> {
  const { config, file = join(context.cwd, NEW_CONFIG) } = await loadConfig(context.cwd, context.configFile);
  const fixes = fixed.fixes.map(({ rule, place, added }) => ({ rule, place, added: [...added] }));
  if (fixes.length === 0) return { isWritten: false, json: { file, isWritten: false, fixes }, text: 'nothing to fix' };
  const changed = {
    ...(fixes.some(({ place }) => place === '/exclude') ? { exclude: fixed.exclude } : {}),
    ...(fixes.some(({ place }) => place !== '/exclude') ? { archives: fixed.archives } : {}),
  };
  const isProgram = !file.endsWith('.json');
  const isWritten = !isDryRun && !isProgram;
  if (isWritten) await replaceFile(file, `${JSON.stringify({ ...config, ...changed }, undefined, 2)}\n`);
  const verb = isWritten ? 'changed' : isProgram && !isDryRun ? 'is a program: put this into' : 'would change';
  const lines = isProgram ? [JSON.stringify(changed, undefined, 2)] : fixes.map(fixText);
  const head = isProgram && !isDryRun ? `${basename(file)} ${verb} it` : `${verb} ${basename(file)}`;
  return { isWritten, json: { file, isWritten, fixes }, text: [`${head}:`, ...lines].join('\n') };
}

const MAX_SHOWN = 10;

function fixText({ rule, place, added }: { rule: string; place: string; added: readonly string[] }): string {
  const shown = added.slice(0, MAX_SHOWN).map((glob) => `    ${glob}`);
  if (added.length > shown.length) shown.push(`    … and ${added.length - shown.length} more`);
  return [`  ${place} gets, for ${rule}:`, ...shown].join('\n');
}
