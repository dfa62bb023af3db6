import { resolve } from 'node:path';
import type { JsonObject } from '@lading/manifest';
import { interruptedError } from './cli-error.js';
import type { CommandContext, CommandResult, CommonOptions } from './command-context.js';
import { EXIT, exitCodeOf, isAbort } from './exit-code.js';
import { errorDocument, errorText } from './output/error-text.js';
import { SILENT_PROGRESS, terminalProgress } from './output/progress.js';
import { printable } from './output/text-table.js';
import { OutputClosed, unlessClosed, writeTo } from './output/write-to.js';

/** The process as a command sees it; tests may pass another. */
export interface Host {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly stdin: NodeJS.ReadStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly now: () => Date;
  /** Calls back on Ctrl-C and SIGTERM; returns what undoes it. */
  onInterrupt(listener: () => void): () => void;
}

/**
 * Runs one command: gives it its context, prints its result or its error, and returns the exit code. The only place
 * where errors become words and numbers.
 */
export async function runCommand(
  host: Host,
  common: CommonOptions,
  command: (context: CommandContext) => Promise<CommandResult | undefined>,
): Promise<number> {
  const abort = new AbortController();
  const forget = host.onInterrupt(() => abort.abort());
  try {
    const result = await command(createContext(host, common, abort.signal));
    if (result === undefined) return abort.signal.aborted ? EXIT.interrupted : EXIT.ok;
    const text = common.json ? jsonText(result.json) : `${printable(result.text)}\n`;
    await writeTo(host.stdout, text).catch(unlessClosed);
    return result.exitCode ?? EXIT.ok;
  } catch (error) {
    if (error instanceof OutputClosed) return EXIT.ok;
    return await reportError(host, common, abort.signal.aborted && isAbort(error) ? interruptedError() : error);
  } finally {
    forget();
  }
}

/** Says what went wrong, as far as somebody still listens: the exit code says it in any case. */
async function reportError(host: Host, common: CommonOptions, error: unknown): Promise<number> {
  if (common.json) await writeTo(host.stdout, jsonText(errorDocument(error))).catch(() => undefined);
  await writeTo(host.stderr, `${errorText(error)}\n`).catch(() => undefined);
  return exitCodeOf(error);
}

function createContext(host: Host, common: CommonOptions, signal: AbortSignal): CommandContext {
  const { stdout, stderr } = host;
  const showsProgress = stderr.isTTY === true && !common.quiet;
  const cwd = resolve(host.cwd, common.cwd ?? '.');
  return {
    cwd,
    configFile: common.config === undefined ? undefined : resolve(cwd, common.config),
    env: host.env,
    signal,
    now: host.now,
    isJson: common.json === true,
    stdin: host.stdin,
    progress: (label) => (showsProgress ? terminalProgress(stderr, label, () => performance.now()) : SILENT_PROGRESS),
    note: (line) => {
      if (!common.quiet) stderr.write(`${printable(line)}\n`);
    },
    write: (bytes) => writeTo(stdout, bytes),
  };
}

function jsonText(document: JsonObject): string {
  return `${JSON.stringify(document, undefined, 2)}\n`;
}
