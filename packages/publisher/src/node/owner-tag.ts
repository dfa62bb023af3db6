import { createHash, randomUUID } from 'node:crypto';
import { readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/**
 * Names this process among all that may share a folder: machine (and, on Linux, process namespace, so that containers
 * with one host name stay apart), process id. A name of {@link uniqueName} tells later whether its maker still runs.
 */
const machine: string = createHash('sha256').update(`${hostname()}\n${processNamespace()}`).digest('hex').slice(0, 12);

const NAME = /^([0-9a-f]{12})-([0-9]{1,10})-[0-9a-f-]{36}$/;

/** A file name that nobody else makes and that says who made it. */
export function uniqueName(): string {
  return `${machine}-${process.pid}-${randomUUID()}`;
}

/**
 * Tells whether the maker of a {@link uniqueName} has ended. `undefined` where that cannot be known: made on another
 * machine, or no such name.
 */
export function isMakerGone(name: string): boolean | undefined {
  const match = NAME.exec(name);
  if (match === null || match[1] !== machine) return undefined;
  try {
    process.kill(Number(match[2]), 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}

function processNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return process.platform; // only Linux has namespaces to tell apart
  }
}
