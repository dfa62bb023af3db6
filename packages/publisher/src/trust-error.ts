import { isLadingError } from '@lading/manifest';
import { PublishError } from './publish-error.js';

/**
 * Runs a check of signed documents and turns its refusal into `ERR_PUBLISH_TRUST`: nothing that does not verify is
 * published, and nothing is published over it. The cause keeps the code of the check.
 */
export async function trusted<T>(what: string, hint: string, check: () => Promise<T>): Promise<T> {
  try {
    return await check();
  } catch (error) {
    if (!isLadingError(error)) throw error;
    throw new PublishError('ERR_PUBLISH_TRUST', `${what}: ${error.message}`, {
      cause: error,
      details: { ...error.details, code: error.code },
      hint,
    });
  }
}
