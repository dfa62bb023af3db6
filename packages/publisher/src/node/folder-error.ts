import { printable } from '../printable.js';
import { PublishError } from '../publish-error.js';

/** The code of a Node file system error, for example `ENOENT`; `undefined` for everything else. */
export function errnoOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** True where nothing stands at a path. */
export function isNotFound(error: unknown): boolean {
  return errnoOf(error) === 'ENOENT';
}

/**
 * Says in our words why a file system call failed. Aborts and errors that already are ours pass unchanged.
 */
export function folderError(error: unknown, doing: string, path: string): unknown {
  const errno = errnoOf(error);
  if (errno === undefined || error instanceof PublishError) return error;
  const details = { path: printable(path), errno };
  const where = `${doing} "${printable(path)}"`;
  switch (errno) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new PublishError('ERR_TARGET_FORBIDDEN', `May not ${where} (${errno})`, { cause: error, details });
    case 'ENOTDIR':
    case 'EISDIR':
    case 'EEXIST':
      return new PublishError('ERR_TARGET_KEY', `Cannot ${where}: a file and a folder want the same name (${errno})`, {
        cause: error,
        details,
        hint: 'In a folder no key can be the beginning of another one, as a and a/b are.',
      });
    case 'ELOOP':
      return linkError(path);
    case 'ENAMETOOLONG':
      return new PublishError('ERR_TARGET_KEY', `Cannot ${where}: a part of the name is too long`, {
        cause: error,
        details,
        hint: 'Most file systems take 255 bytes between two slashes.',
      });
    default:
      return new PublishError('ERR_TARGET_FAILED', `Cannot ${where} (${errno})`, {
        cause: error,
        details,
        retryable: errno === 'EBUSY' || errno === 'EMFILE' || errno === 'ENFILE',
      });
  }
}

/** The error of a key whose path goes through a symbolic link. */
export function linkError(path: string): PublishError {
  return new PublishError('ERR_TARGET_KEY', `"${printable(path)}" is a symbolic link; a target follows none`, {
    details: { path: printable(path) },
    hint: 'Replace the link by the folder or file itself, or open the target at the place the link leads to.',
  });
}
