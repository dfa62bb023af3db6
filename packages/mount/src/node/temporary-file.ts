import { createHash, randomBytes } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { removeFile } from './durable-file.js';
import { isProcessGone, ownIdentity } from './process-identity.js';
import { ifThere } from './store-error.js';

/** A process of another host cannot be looked up: its file is abandoned when it has not been written to for a day. */
const FOREIGN_AFTER_MS = 24 * 3_600_000;

const NAME = /(?:^|\.)(\d{1,10})-(\d{0,20})-([0-9a-f]{8})-[0-9a-f]{12}\.tmp$/;

/** A name for a temporary file: `<pid>-<start>-<host>-<random>.tmp`, the host as 8 hex digits of its name's SHA-256. */
export function temporaryName(): string {
  const { pid, startedAt, host } = ownIdentity();
  return `${pid}-${startedAt}-${hostId(host)}-${randomBytes(6).toString('hex')}.tmp`;
}

/** Removes the temporary files in a folder that nobody writes to any more. */
export async function sweepTemporaryFiles(folder: string): Promise<void> {
  for (const name of (await ifThere(() => readdir(folder))) ?? []) {
    const path = join(folder, name);
    if (await isAbandoned(name, path)) await removeFile(path);
  }
}

/** Tells whether a temporary file is one that nobody writes to any more. */
export async function isAbandoned(name: string, path: string): Promise<boolean> {
  const [, pid, startedAt = '', host] = NAME.exec(name) ?? [];
  if (host === undefined) return false;
  if (host === hostId(hostname())) return isProcessGone({ pid: Number(pid), startedAt, host: hostname() });
  const facts = await ifThere(() => stat(path));
  return facts !== undefined && Date.now() - facts.mtimeMs > FOREIGN_AFTER_MS;
}

function hostId(host: string): string {
  return createHash('sha256').update(host).digest('hex').slice(0, 8);
}
