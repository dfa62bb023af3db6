import { CliError } from '../cli-error.js';

/** The reader of our output went away (`| head`): no error of ours, and no reason to go on. */
export class OutputClosed extends Error {
  override readonly name = 'OutputClosed';
}

/**
 * Writes and waits until the stream took it.
 *
 * @throws OutputClosed where nobody reads any more; CliError `ERR_OUTPUT_FAILED` where the disk refuses.
 */
export function writeTo(stream: NodeJS.WriteStream, bytes: Uint8Array | string): Promise<void> {
  return new Promise((done, fail) => {
    stream.write(bytes, (error) => {
      if (error === null || error === undefined) done();
      else fail(outputError(error));
    });
  });
}

/** Forgives {@link OutputClosed}, for output that comes after the work is done. */
export function unlessClosed(error: unknown): void {
  if (!(error instanceof OutputClosed)) throw error;
}

function outputError(error: NodeJS.ErrnoException): Error {
  const { code } = error;
  if (code === 'EPIPE' || code === 'ERR_STREAM_DESTROYED') return new OutputClosed();
  return new CliError('ERR_OUTPUT_FAILED', `the output cannot be written (${code})`, {
    cause: error,
    details: { code: code ?? null },
    hint: 'Check the space on the disk that stdout goes to.',
  });
}
