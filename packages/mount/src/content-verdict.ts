import { isLadingError } from '@lading/manifest/client';

/** Errors that say nothing of the content: the network, the disk or the platform failed. */
const FAILURES: ReadonlySet<string> = new Set([
  'ERR_SOURCE_UNREACHABLE',
  'ERR_SOURCE_FORBIDDEN',
  'ERR_SOURCE_FAILED',
  'ERR_STORE_FULL',
  'ERR_STORE_DENIED',
  'ERR_STORE_BUSY',
  'ERR_STORE_FAILED',
  'ERR_NO_WEBCRYPTO',
  'ERR_PART',
  'ERR_RUNTIME_CLOSED',
]);

/**
 * Tells whether an error is a verdict on content (wrong bytes, not there, not for this app). Only a verdict may make
 * anybody give up what he has: EIO or EMFILE while an archive is opened must never read as "it is broken".
 */
export function isContentVerdict(error: unknown): boolean {
  return isLadingError(error) && !error.retryable && !FAILURES.has(error.code);
}
