import { resolve } from 'node:path';
import type { CommandContext, CommandResult, CommonOptions } from './command-context.js';
import { EXIT, exitCodeOf, isAbort } from './exit-code.js';
import { errorDocument, errorText } from './output/error-text.js';
import { SILENT_PROGRESS, terminalProgress } from './output/progress.js';
import { printable } from './output/text-table.js';

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
    if (result === undefined) return EXIT.ok;
    await print(
      host.stdout,
      common.json ? `${JSON.stringify(result.json, undefined, 2)}\n` : `${printable(result.text)}\n`,
    );
    return result.exitCode ?? EXIT.ok;
  } catch (error) {
    return await reportError(host, common, abort.signal.aborted && isAbort(error) ? undefined : error);
  } finally {
    forget();
  }
}

async function reportError(host: Host, common: CommonOptions, error: unknown): Promise<number> {
  if (error === undefined) {
    await print(host.stderr, 'interrupted: nothing is left half done; run the same command again to go on\n');
    return EXIT.interrupted;
  }
  if (common.json) await print(host.stdout, `${JSON.stringify(errorDocument(error), undefined, 2)}\n`);
  await print(host.stderr, `${errorText(error)}\n`);
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
    write: (bytes) => print(stdout, bytes),
  };
}

/** Writes and waits until the stream took it. A reader that went away (`| head`) is no error of ours. */
function print(stream: NodeJS.WriteStream, bytes: Uint8Array | string): Promise<void> {
  return new Promise((done, fail) => {
    stream.write(bytes, (error) => {
      if (error === null || error === undefined || (error as NodeJS.ErrnoException).code === 'EPIPE') done();
      else fail(error);
    });
  });
}
