import { digestHex, digestOf, isLadingError, parseJson } from '@lading/manifest';
import { objectKind } from '../object-headers.js';
import { printable } from '../printable.js';
import { PublishError } from '../publish-error.js';
import type { ObjectMeta, PublishTarget, PutCondition, TargetCallOptions } from '../publish-target.js';

/** What a garbage collection found dead, and when. Nothing is deleted before its grace is over. */
export interface Tombstone {
  /** Names it: 16 hex digits of its content's digest. */
  readonly id: string;
  /** When the objects were found dead: by the clock of who found them, or of the target, whichever is later. */
  readonly createdAt: Date;
  /** Archives, releases and replaced channel documents that no live document needs. */
  readonly keys: readonly string[];
  /** Decided once, by whoever comes first; absent: not yet. */
  readonly verdict?: Verdict | undefined;
}

/** What becomes of the objects of a tombstone: a publish needs one of them, or a collection deletes them. */
export type Verdict = { readonly decision: 'keep' } | Deletion;

/** A collection is at it, or was when it was killed. */
export interface Deletion {
  readonly decision: 'delete';
  readonly createdAt: Date;
  /** Version of the verdict, for whoever takes over. */
  readonly etag: string;
}

/** Where tombstones and verdicts stand. No client reads them. */
export const TOMBSTONES = 'tombstones/';

/** The most keys of one tombstone; what is dead beyond that goes into the next one. */
export const MAX_TOMBSTONE_KEYS = 10_000;

const MAX_TOMBSTONE_BYTES = 16 * 1024 * 1024;
const MAX_VERDICT_BYTES = 1_024;
const META: ObjectMeta = { contentType: 'application/json', cacheControl: 'no-store' };
const NAME = /^tombstones\/([0-9a-f]{16})(\.verdict)?\.json$/;

/** Key of a tombstone. */
export function tombstoneKey(id: string): string {
  return `${TOMBSTONES}${id}.json`;
}

/** Key of a verdict. There is one, so that of a deletion and a rescue only one wins. */
export function verdictKey(id: string): string {
  return `${TOMBSTONES}${id}.verdict.json`;
}

/**
 * Reads all tombstones of a target with their verdicts, and the ids of verdicts whose tombstone is gone.
 *
 * @throws PublishError `ERR_PUBLISH_TOMBSTONE` for one that cannot be read: what it lists may be deleted any time.
 */
export async function readTombstones(
  target: PublishTarget,
  options: TargetCallOptions,
): Promise<{ readonly tombstones: readonly Tombstone[]; readonly orphans: readonly string[] }> {
  const modified = new Map<string, Date | undefined>();
  const verdicts = new Set<string>();
  for await (const { key, modifiedAt } of target.list(TOMBSTONES, options)) {
    const [, id, isVerdict] = NAME.exec(key) ?? [];
    if (id === undefined) continue; // not of the layout
    if (isVerdict === undefined) modified.set(id, modifiedAt);
    else verdicts.add(id);
  }
  const tombstones: Tombstone[] = [];
  for (const [id, modifiedAt] of modified) {
    const verdict = verdicts.has(id) ? await readVerdict(target, id, options) : undefined;
    const found = await readTombstone(target, id, options);
    if (found === undefined) continue; // collected meanwhile
    const createdAt = new Date(Math.max(found.createdAt.getTime(), modifiedAt?.getTime() ?? 0));
    tombstones.push({ ...found, createdAt, verdict });
  }
  return { tombstones, orphans: [...verdicts].filter((id) => !modified.has(id)) };
}

/** Writes a tombstone, and gives its id. */
export async function writeTombstone(
  target: PublishTarget,
  { keys, createdAt }: Pick<Tombstone, 'keys' | 'createdAt'>,
  options: TargetCallOptions,
): Promise<string> {
  const bytes = encode({ format: 'lading.tombstone/1', createdAt: createdAt.toISOString(), keys });
  const id = digestHex(await digestOf(bytes)).slice(0, 16);
  try {
    await target.putIf(tombstoneKey(id), bytes, META, { ifNoneMatch: '*' }, options);
  } catch (error) {
    if (!isLadingError(error, 'ERR_PUBLISH_CONFLICT')) throw error; // else the same one, by another collection
  }
  return id;
}

/**
 * Claims a tombstone for deletion, unless something else was decided.
 *
 * @param over - The claim to take over, of a collection that was killed. Default: there must be none.
 * @returns True where it is claimed now.
 */
export function claimTombstone(
  target: PublishTarget,
  id: string,
  {
    createdAt,
    over,
    ...options
  }: TargetCallOptions & { readonly createdAt: Date; readonly over: Deletion | undefined },
): Promise<boolean> {
  const condition = over === undefined ? ({ ifNoneMatch: '*' } as const) : { ifMatch: over.etag };
  return decide(target, id, { decision: 'delete', createdAt: createdAt.toISOString() }, condition, options);
}

/** Saves the objects of a tombstone, unless something else was decided. Gives true where it did. */
export function saveTombstone(target: PublishTarget, id: string, options: TargetCallOptions): Promise<boolean> {
  return decide(target, id, { decision: 'keep' }, { ifNoneMatch: '*' }, options);
}

async function decide(
  target: PublishTarget,
  id: string,
  verdict: object,
  condition: PutCondition,
  options: TargetCallOptions,
): Promise<boolean> {
  try {
    await target.putIf(verdictKey(id), encode({ format: 'lading.verdict/1', ...verdict }), META, condition, options);
    return true;
  } catch (error) {
    if (isLadingError(error, 'ERR_PUBLISH_CONFLICT')) return false;
    throw error;
  }
}

/** Reads what was decided of a tombstone; `undefined` where nothing was. */
export async function readVerdict(
  target: PublishTarget,
  id: string,
  options: TargetCallOptions,
): Promise<Verdict | undefined> {
  const key = verdictKey(id);
  const got = await target.get(key, { ...options, maxBytes: MAX_VERDICT_BYTES });
  if (got === undefined) return undefined;
  const { format, decision, createdAt } = decode(key, got.bytes, MAX_VERDICT_BYTES);
  const time = timeOf(createdAt);
  if (format === 'lading.verdict/1' && decision === 'keep') return { decision };
  if (format === 'lading.verdict/1' && decision === 'delete' && time !== undefined)
    return { decision, createdAt: time, etag: got.info.etag };
  throw unreadableError(key, 'is no verdict');
}

async function readTombstone(
  target: PublishTarget,
  id: string,
  options: TargetCallOptions,
): Promise<Tombstone | undefined> {
  const key = tombstoneKey(id);
  const got = await target.get(key, { ...options, maxBytes: MAX_TOMBSTONE_BYTES });
  if (got === undefined) return undefined;
  const { format, createdAt, keys } = decode(key, got.bytes, MAX_TOMBSTONE_BYTES);
  const time = timeOf(createdAt);
  if (format !== 'lading.tombstone/1' || time === undefined) throw unreadableError(key, 'is no tombstone');
  if (!Array.isArray(keys) || keys.length > MAX_TOMBSTONE_KEYS || !keys.every(isMortal))
    throw unreadableError(key, 'lists what no collection deletes');
  return { id, createdAt: time, keys };
}

/** Tells whether an object may ever be deleted: roots and channels never. */
export function isMortal(key: unknown): key is string {
  if (typeof key !== 'string' || !/^(archives|releases|history)\//.test(key)) return false;
  const kind = objectKind(key);
  return kind === 'archive' || kind === 'release' || kind === 'history';
}

function encode(document: object): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(document));
}

function decode(key: string, bytes: Uint8Array, maxBytes: number): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = parseJson(bytes, { maxBytes, what: key, uniqueKeys: true });
  } catch (error) {
    if (!isLadingError(error)) throw error;
    throw unreadableError(key, error.message);
  }
  if (typeof value !== 'object' || value === null) throw unreadableError(key, 'is no object');
  return value as Record<string, unknown>;
}

function timeOf(value: unknown): Date | undefined {
  const time = new Date(typeof value === 'string' ? value : Number.NaN);
  return Number.isNaN(time.getTime()) ? undefined : time;
}

function unreadableError(key: string, problem: string): PublishError {
  return new PublishError('ERR_PUBLISH_TOMBSTONE', `"${printable(key)}": ${problem}`, {
    details: { key: printable(key), problem },
    hint: 'Something else wrote there. Delete this object: the next garbage collection starts over and nothing is lost.',
  });
}
