import type { ManifestError } from '../src/index.js';
import { isLadingError } from '../src/index.js';

/** The ManifestError that a call throws; any other outcome fails the test. */
export function thrownBy(call: () => unknown): ManifestError {
  try {
    call();
  } catch (error) {
    if (isLadingError(error)) return error as ManifestError;
    throw error;
  }
  throw new Error('nothing was thrown');
}

/** The same for a promise. */
export async function rejectionOf(promise: Promise<unknown>): Promise<ManifestError> {
  const outcome = await promise.then(
    (): never => {
      throw new Error('nothing was thrown');
    },
    (error: unknown) => error,
  );
  if (isLadingError(outcome)) return outcome as ManifestError;
  throw outcome;
}

/** The places of an error's problems. */
export function problemPaths(error: ManifestError): string[] {
  return (error.details.problems as { path: string }[]).map((problem) => problem.path);
}
