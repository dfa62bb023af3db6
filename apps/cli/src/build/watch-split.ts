import { resolve, sep } from 'node:path';
import { isHiddenName, ScanCache } from '@lading/graph/node';
import { isLadingError } from '@lading/manifest';
import { ArchiveCache } from '@lading/splitter';
import { usageError } from '../cli-error.js';
import type { CommandContext } from '../command-context.js';
import type { SourceSetting } from '../config/lading-config.js';
import { configFileOf } from '../config/load-config.js';
import { buildSettings, outSetting } from '../config/settings.js';
import { isAbort } from '../exit-code.js';
import { errorDocument, errorText } from '../output/error-text.js';
import { printable } from '../output/text-table.js';
import { isWithin } from './is-within.js';
import { type SplitCaches, type SplitOptions, type SplitOutcome, splitRelease } from './split-release.js';
import { type Watch, watchRounds } from './watch-rounds.js';

/**
 * Splits again whenever the source, the configuration or a file that a flag names has changed, until Ctrl-C. Files that did not
 * change are not scanned again, and archives of which nothing changed are left alone. A round that fails is told, and the next
 * change tries again. With `--json` each round is one line.
 *
 * @throws CliError `ERR_USAGE` where there is nothing to watch, `ERR_WATCH` where the system refuses.
 */
export async function watchSplit(context: CommandContext, options: SplitOptions): Promise<undefined> {
  const caches: SplitCaches = { scan: new ScanCache(), archives: new ArchiveCache() };
  const folders = new Set<string>();
  let round = 0;
  const split = async (watch: Watch): Promise<void> => {
    round += 1;
    const start = performance.now();
    const scannedBefore = caches.scan.scannedFiles;
    try {
      await watch(namedFiles(context, options));
      const settings = await buildSettings(context, options);
      if (settings.source.kind === 'files') folders.add(settings.source.dir);
      await watch(sourceFiles(settings.source));
      const outcome = await splitRelease(context, settings, { options, caches });
      const scannedFiles = caches.scan.scannedFiles - scannedBefore;
      await tell(context, { round, scannedFiles, ms: Math.round(performance.now() - start) }, outcome);
    } catch (error) {
      if (isAbort(error) || !isLadingError(error) || ENDS_WATCH.has(error.code)) throw error;
      await tellError(context, round, error);
    }
  };
  const out = await outSetting(context, options.out);
  const ignores = (path: string): boolean =>
    isWithin(path, out) || [...folders].some((folder) => isWithin(path, folder) && isLeftOut(path, folder));
  await watchRounds(split, { ignores, signal: context.signal });
  return undefined;
}

/** Not one round's trouble: the next one has it too. */
const ENDS_WATCH: ReadonlySet<string> = new Set(['ERR_USAGE', 'ERR_WATCH']);

/** As the graph of a folder leaves it out. */
function isLeftOut(path: string, folder: string): boolean {
  return path
    .slice(folder.length)
    .split(sep)
    .some((name) => isHiddenName(name));
}

/** Files that say how to split. */
function namedFiles({ cwd, configFile }: CommandContext, { plan, trace, edges }: SplitOptions): string[] {
  const named = [plan, trace, edges].flatMap((file) => (file === undefined ? [] : [resolve(cwd, file)]));
  const config = configFileOf(cwd, configFile);
  return config === undefined ? named : [config, ...named];
}

function sourceFiles(source: SourceSetting): string[] {
  switch (source.kind) {
    case 'files':
      return [source.dir, ...(source.edges === undefined ? [] : [source.edges])];
    case 'defold':
      return [source.content, ...(source.graph === undefined ? [] : [source.graph])];
    case 'custom':
      throw usageError('a custom source cannot be watched', 'Run lading split again when it has changed.');
  }
}

interface RoundFacts {
  readonly round: number;
  /** Files that were read for their references. */
  readonly scannedFiles: number;
  readonly ms: number;
}

async function tell(context: CommandContext, facts: RoundFacts, outcome: SplitOutcome): Promise<void> {
  const { archives, digest, warnings } = outcome;
  const changed = archives.filter(({ isNew }) => isNew).map(({ name }) => name);
  const { round, scannedFiles, ms } = facts;
  if (context.isJson) {
    const document = { ok: true, round, ms, scannedFiles, archives: archives.length, changed, digest, warnings };
    return context.write(`${JSON.stringify(document)}\n`);
  }
  const what =
    changed.length === 0 ? 'nothing new' : `new: ${changed.slice(0, 8).join(', ')}${changed.length > 8 ? ', …' : ''}`;
  for (const warning of warnings) context.note(`warning: ${warning}`);
  await context.write(
    `${printable(`round ${round}: ${what} (${changed.length} of ${archives.length} archives, ${scannedFiles} files read, ${ms} ms)`)}\n`,
  );
}

async function tellError(context: CommandContext, round: number, error: unknown): Promise<void> {
  if (context.isJson) await context.write(`${JSON.stringify({ ...errorDocument(error), round })}\n`);
  else context.note(`round ${round}: ${errorText(error)}`);
}
