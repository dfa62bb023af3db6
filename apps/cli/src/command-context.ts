import type { JsonObject } from '@lading/manifest';
import type { ProgressBar } from './output/progress.js';

/** Options that every command takes. */
export interface CommonOptions {
  readonly json?: boolean | undefined;
  readonly config?: string | undefined;
  readonly cwd?: string | undefined;
  readonly quiet?: boolean | undefined;
  /** Commander sets `color: false` for `--no-color`. */
  readonly color?: boolean | undefined;
}

/** What a command may use of the outside: everything else comes as arguments. */
export interface CommandContext {
  /** Absolute; relative paths of arguments start here. */
  readonly cwd: string;
  readonly configFile: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly now: () => Date;
  /** The document that `--json` prints is all that may go to stdout then. */
  readonly isJson: boolean;
  readonly stdin: AsyncIterable<Uint8Array>;
  progress(label: string): ProgressBar;
  /** One line to stderr, unless `--quiet`. */
  note(line: string): void;
  /** Raw bytes to stdout, waiting for the reader. */
  write(bytes: Uint8Array | string): Promise<void>;
}

/** What a command gives back: the JSON document, the same for people, and whether a check failed. */
export interface CommandResult {
  readonly json: JsonObject;
  readonly text: string;
  /** Exit code other than 0: a check that the command ran found something. */
  readonly exitCode?: number | undefined;
}
