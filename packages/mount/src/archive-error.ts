import type { Digest } from '@lading/manifest';
import { MountError } from './mount-error.js';

/** Says that a writer was given more bytes than the archive has. */
export function oversizedError(digest: Digest, sizeBytes: number): MountError {
  return new MountError('ERR_VERIFY_SIZE', `Archive ${digest} has more than its ${sizeBytes} bytes`, {
    details: { digest, expected: sizeBytes },
  });
}

/** Says that the bytes of an archive are other ones than its digest names. */
export function wrongDigestError(expected: Digest, actual: Digest): MountError {
  return new MountError('ERR_VERIFY_DIGEST', `Archive ${expected} has other bytes: their digest is ${actual}`, {
    details: { expected, actual },
    hint: 'The download is broken or somebody changed the archive. The bytes were thrown away.',
  });
}
