import { isLadingError } from '@lading/manifest';
import { MountError, type MountErrorCode } from '../mount-error.js';
import { printableName } from '../source-name.js';

const CODES: ReadonlyMap<string, MountErrorCode> = new Map([
  ['ENOSPC', 'ERR_STORE_FULL'],
  ['EDQUOT', 'ERR_STORE_FULL'],
  ['EFBIG', 'ERR_STORE_FULL'],
  ['EACCES', 'ERR_STORE_DENIED'],
  ['EPERM', 'ERR_STORE_DENIED'],
  ['EROFS', 'ERR_STORE_DENIED'],
]);

const HINTS: Readonly<Partial<Record<MountErrorCode, string>>> = {
  ERR_STORE_FULL: 'Free some space on the disk; what is in the store is whole.',
  ERR_STORE_DENIED: 'The folder of the store cannot be written to; what is in it can still be read.',
};

/** How a file system says that it has no hard links (FAT, some network drives). Only locks keep writers apart there. */
export const NO_LINKS: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

/** The code of a failed system call, `ENOENT` for example; `undefined` for any other error. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'syscall' in error ? ((error as NodeJS.ErrnoException).code ?? '') : undefined;
}

/** Runs file operations of a store; what the system refuses becomes a typed error, once. */
export async function storeCall<T>(what: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    const code = systemCode(cause);
    if (code === undefined || isLadingError(cause)) throw cause;
    const ours = CODES.get(code) ?? 'ERR_STORE_FAILED';
    throw new MountError(ours, `${printableName(what)}: ${code}`, {
      cause,
      details: { store: printableName(what), code },
      hint: HINTS[ours],
    });
  }
}

/** Gives `undefined` where a file is not there. Only ENOENT means that: EIO or EMFILE must never read as "empty". */
export async function ifThere<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
