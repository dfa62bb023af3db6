import { isLadingError } from '@lading/manifest/client';
import { MountError, type MountErrorCode } from '../../mount-error.js';

const CODES: ReadonlyMap<string, MountErrorCode> = new Map([
  ['QuotaExceededError', 'ERR_STORE_FULL'],
  ['SecurityError', 'ERR_STORE_DENIED'],
  ['NotAllowedError', 'ERR_STORE_DENIED'],
]);

const HINTS: Readonly<Partial<Record<MountErrorCode, string>>> = {
  ERR_STORE_FULL:
    'The browser gives this site no more space. What is in the store stays whole; mode remote goes on without it.',
  ERR_STORE_DENIED: 'The browser keeps nothing for this page: storage is blocked, or the frame is sandboxed.',
};

/** Runs an operation on the browser's storage; what the browser refuses becomes a typed error, once. */
export async function browserCall<T>(what: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    if (!(cause instanceof DOMException) || isLadingError(cause)) throw cause;
    const code = CODES.get(cause.name) ?? 'ERR_STORE_FAILED';
    throw new MountError(code, `${what}: ${cause.name}: ${cause.message}`, {
      cause,
      details: { store: what, name: cause.name },
      hint: HINTS[code],
    });
  }
}
