import { createHash } from 'node:crypto';
import { readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/**
 * Machine (and, on Linux, process namespace, so that containers with one host name stay apart) and process: part of a
 * temporary file's name, so that a later run can tell whether its writer still works on it.
 *
 * @internal
 */
export const writerTag: string = `${machineTag()}-${process.pid}`;

const TAG = /^([0-9a-f]{12})-([0-9]{1,10})$/;

/** Tells whether the process of a {@link writerTag} has ended; `undefined` where that cannot be known. @internal */
export function isWriterGone(tag: string): boolean | undefined {
  const [, machine, processId] = TAG.exec(tag) ?? [];
  if (machine === undefined || !writerTag.startsWith(`${machine}-`)) return undefined;
  try {
    process.kill(Number(processId), 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}

function machineTag(): string {
  return createHash('sha256').update(`${hostname()}\n${processNamespace()}`).digest('hex').slice(0, 12);
}

function processNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return process.platform; // Only Linux has namespaces to tell apart.
  }
}
