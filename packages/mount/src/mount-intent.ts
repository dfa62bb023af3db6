import { type Digest, isArchiveName, type JsonObject, type JsonValue } from '@lading/manifest/client';
import { MountError } from './mount-error.js';
import { printableName } from './source-name.js';
import { digest, integer, objectOf, text, textList } from './trust-records.js';

/** How an archive is mounted: by ranges, after a download, or by ranges until the download is there. */
export type MountMode = 'remote' | 'download' | 'both';

/**
 * What is kept of a mount: which archive of which release, not where it stands. Everything else is worked out again at
 * the next start, and checked before the mount serves anything.
 */
export interface MountIntent {
  readonly name: string;
  readonly priority: number;
  readonly sequence: number;
  readonly archive: string;
  readonly digest: Digest;
  readonly release: Digest;
  readonly mode: MountMode;
  readonly allow: readonly string[] | undefined;
  readonly dataOnly: boolean;
  /** Made by `ensure` for a root, not by `addMount`. */
  readonly isForRoot: boolean;
}

/** Records of mounts. */
export const MOUNT_RECORDS = {
  prefix: 'mount/',
  mount: (name: string): string => `mount/${name}`,
  /** The roots that `ensure` made whole. */
  held: 'mounts/held',
  /** The last sequence given out. */
  sequence: 'mounts/sequence',
} as const;

/** The longest name of a mount, in characters; Defold's limit. */
export const MAX_MOUNT_NAME = 63;

const MODES: readonly string[] = ['remote', 'download', 'both'];

/** Throws unless a name may name a mount of a user: 1 to 63 characters, none a control character, the first not `_`. */
export function assertMountName(name: string): void {
  const problem = mountNameProblem(name);
  if (problem === undefined) return;
  throw new MountError('ERR_MOUNT_NAME', `Mount name ${JSON.stringify(printableName(name))} ${problem}`, {
    details: { name: printableName(name), problem },
  });
}

function mountNameProblem(name: string): string | undefined {
  if (name === '') return 'is empty';
  if (name.length > MAX_MOUNT_NAME) return `is longer than ${MAX_MOUNT_NAME} characters`;
  if (name.startsWith('_')) return 'starts with _, which is reserved';
  if (printableName(name) !== name) return 'has a control character';
  return undefined;
}

/** Throws unless a number may be the priority of a mount of a user: a whole number from 0 to 2^31 - 1. */
export function assertPriority(priority: number): void {
  if (Number.isInteger(priority) && priority >= 0 && priority < 2 ** 31) return;
  throw new MountError('ERR_MOUNT_PRIORITY', `Priority must be a whole number of 0 or more, is ${priority}`, {
    details: { priority: String(priority) },
    hint: 'Negative priorities belong to the base.',
  });
}

/** Writes an intent as a record. */
export function writeIntent(intent: MountIntent): JsonObject {
  return { ...intent, allow: intent.allow === undefined ? null : [...intent.allow] };
}

/** Reads an intent. @throws MountError `ERR_STORE_CORRUPT`, `ERR_MOUNT_NAME`, `ERR_MOUNT_PRIORITY`. */
export function readIntent(value: JsonValue): MountIntent {
  const record = objectOf(value, 'mount') ?? {};
  const mode = text(record, 'mode');
  if (!MODES.includes(mode))
    throw new MountError('ERR_STORE_CORRUPT', `Record of a mount has mode ${printableName(mode)}`);
  const intent: MountIntent = {
    name: text(record, 'name'),
    priority: integer(record, 'priority'),
    sequence: integer(record, 'sequence'),
    archive: text(record, 'archive'),
    digest: digest(record, 'digest'),
    release: digest(record, 'release'),
    mode: mode as MountMode,
    allow: record.allow === null ? undefined : textList(record.allow, 'allow'),
    dataOnly: record.dataOnly === true,
    isForRoot: record.isForRoot === true,
  };
  if (!intent.isForRoot || !isArchiveName(intent.name)) assertMountName(intent.name);
  assertPriority(intent.priority);
  return intent;
}
