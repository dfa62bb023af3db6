import { LadingError } from '@lading/manifest';

/** Every code that the command line itself throws; the packages below have their own. */
export type CliErrorCode =
  | 'ERR_USAGE'
  | 'ERR_CONFIG'
  | 'ERR_INPUT_MISSING'
  | 'ERR_INPUT_UNREADABLE'
  | 'ERR_INPUT_TOO_LARGE'
  | 'ERR_INPUT_UNKNOWN'
  | 'ERR_OUTPUT_EXISTS'
  | 'ERR_OUTPUT_FAILED'
  | 'ERR_WATCH'
  | 'ERR_INTERRUPTED';

/** An error of the command line. */
export class CliError extends LadingError<CliErrorCode> {}

/** A call that does not fit: exit code 2. */
export function usageError(message: string, hint?: string): CliError {
  return new CliError('ERR_USAGE', message, { hint });
}

/** Ctrl-C or SIGTERM: exit code 130. */
export function interruptedError(): CliError {
  return new CliError('ERR_INTERRUPTED', 'stopped on request; nothing is left half done', {
    hint: 'Run the same command again to go on.',
  });
}

/** A file or folder that the file system does not let us write. */
export function outputFailed(file: string, cause: unknown): CliError {
  const code = (cause as NodeJS.ErrnoException).code ?? 'unknown';
  const why = code === 'EEXIST' || code === 'ENOTDIR' ? 'a file stands there or above it' : code;
  return new CliError('ERR_OUTPUT_FAILED', `${file} cannot be written: ${why}`, {
    cause,
    details: { file, code },
    hint: 'Check the path, the permissions and the space on the disk.',
  });
}
