import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** Names a process beyond its number, which the system gives out again. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it started, in the system's own unit; `''` where the system does not tell. */
  readonly startedAt: string;
  readonly host: string;
}

/** Who this process is. */
export function ownIdentity(): ProcessIdentity {
  return { pid: process.pid, startedAt: startOf(process.pid) ?? '', host: hostname() };
}

/** Tells whether a process is gone for certain. One on another host never is. */
export function isProcessGone({ pid, startedAt, host }: ProcessIdentity): boolean {
  if (host !== hostname()) return false;
  if (process.platform === 'linux') return startOf(pid) !== startedAt;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

/** Tells whether {@link isProcessGone} can be sure of a process that it says lives: where numbers given out again are told apart. */
export function isProcessKnown({ startedAt, host }: ProcessIdentity): boolean {
  return startedAt !== '' && host === hostname();
}

/** Field 22 of `/proc/<pid>/stat`, ticks since boot; `undefined` for a process that is gone or a zombie. */
function startOf(pid: number): string | undefined {
  if (process.platform !== 'linux') return '';
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return undefined; // ENOENT or ESRCH: gone.
  }
  // The second field is the program's name in brackets, and may hold blanks and brackets itself.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
}
