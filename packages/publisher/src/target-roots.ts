import { MAX_ROOT_BYTES, readEnvelope, rootKey, type TrustedRoot, trustRoot, updateRoot } from '@lading/manifest';
import { PublishError } from './publish-error.js';
import type { PublishTarget, TargetCallOptions } from './publish-target.js';
import { newestRoot, type ReleaseSource } from './release-source.js';
import { trusted } from './trust-error.js';

/** How many newer roots are followed at once. */
const MAX_ROOT_STEPS = 256;

const FOREIGN_HINT =
  'The target belongs to another project or other keys. Choose another target or prefix, or publish with the right keys.';

/**
 * Joins our chain of roots with the one on the target: checks that both are one chain, and follows newer roots that the
 * target has and we have not.
 *
 * @param versions - The versions that the target lists.
 * @throws PublishError `ERR_PUBLISH_TRUST` where the two do not fit together.
 */
export async function joinRoots(
  own: ReleaseSource['roots'],
  target: PublishTarget,
  versions: readonly number[],
  options: TargetCallOptions,
): Promise<ReleaseSource['roots']> {
  const shared = [...own].reverse().find(({ root }) => versions.includes(root.version));
  if (shared !== undefined) await assertSame(target, shared, options);
  else await assertFollows(target, own[0], versions, options);
  return follow(target, own, versions, options);
}

/**
 * Lists the roots of a target and joins our chain with them, as {@link joinRoots} does.
 *
 * @throws PublishError `ERR_PUBLISH_TRUST` where the two do not fit together.
 */
export async function readRoots(
  own: ReleaseSource['roots'],
  target: PublishTarget,
  options: TargetCallOptions,
): Promise<ReleaseSource['roots']> {
  const keys: string[] = [];
  for await (const { key } of target.list('root/', options)) keys.push(key);
  return joinRoots(own, target, rootVersions(keys), options);
}

/**
 * Reads the oldest root of a target, for whoever has no pinned one: trust on first use finds damage, not an attacker who
 * holds the target.
 *
 * @returns `undefined` where the target has no root.
 * @throws PublishError `ERR_PUBLISH_TRUST` where it is none.
 */
export async function readOldestRoot(
  target: PublishTarget,
  options: TargetCallOptions = {},
): Promise<TrustedRoot | undefined> {
  const keys: string[] = [];
  for await (const { key } of target.list('root/', options)) keys.push(key);
  const versions = rootVersions(keys);
  if (versions.length === 0) return undefined;
  const key = rootKey(Math.min(...versions));
  const bytes = await readRoot(target, key, options);
  return trusted(`"${key}" on the target`, FOREIGN_HINT, () => trustRoot(bytes));
}

/** The versions that keys of roots name. */
export function rootVersions(keys: Iterable<string>): number[] {
  return [...keys].flatMap((key) => {
    const version = Number(/^root\/([1-9]\d{0,15})\.json$/.exec(key)?.[1] ?? 0);
    return version > 0 ? [version] : [];
  });
}

/** The same version must be the same document: roots are written once. */
async function assertSame(target: PublishTarget, own: TrustedRoot, options: TargetCallOptions): Promise<void> {
  const key = rootKey(own.root.version);
  const there = await trusted(`"${key}" on the target`, FOREIGN_HINT, async () =>
    readEnvelope(await readRoot(target, key, options)),
  );
  const ours = readEnvelope(own.bytes).payload;
  if (there.payload.length === ours.length && there.payload.every((byte, i) => byte === ours[i])) return;
  throw new PublishError('ERR_PUBLISH_TRUST', `"${key}" on the target is another root than ours`, {
    details: { key },
    hint: FOREIGN_HINT,
  });
}

/** Our oldest root must be signed by the keys of the target's newest one, or its clients would be cut off. */
async function assertFollows(
  target: PublishTarget,
  oldest: TrustedRoot,
  versions: readonly number[],
  options: TargetCallOptions,
): Promise<void> {
  if (versions.length === 0) return;
  const last = Math.max(...versions.filter((version) => version < oldest.root.version), 0);
  const hint = 'Put every root since then into the root folder of the release, then publish again.';
  if (last === 0) throw new PublishError('ERR_PUBLISH_TRUST', 'The target has only newer roots than ours', { hint });
  await trusted(`Our root ${oldest.root.version} does not follow root ${last} of the target`, hint, async () => {
    await updateRoot(await trustRoot(await readRoot(target, rootKey(last), options)), oldest.bytes);
  });
}

async function follow(
  target: PublishTarget,
  own: ReleaseSource['roots'],
  versions: readonly number[],
  options: TargetCallOptions,
): Promise<ReleaseSource['roots']> {
  const newer: TrustedRoot[] = [];
  for (let newest = newestRoot(own); newer.length < MAX_ROOT_STEPS; ) {
    const version = newest.root.version + 1;
    if (!versions.includes(version)) break;
    const before = newest;
    newest = await trusted(`Root ${version} on the target`, FOREIGN_HINT, async () =>
      updateRoot(before, await readRoot(target, rootKey(version), options)),
    );
    newer.push(newest);
  }
  return [...own, ...newer];
}

async function readRoot(target: PublishTarget, key: string, options: TargetCallOptions): Promise<Uint8Array> {
  const got = await target.get(key, { signal: options.signal, maxBytes: MAX_ROOT_BYTES });
  if (got !== undefined) return got.bytes;
  throw new PublishError('ERR_PUBLISH_CONFLICT', `"${key}" was listed, but is not there any more`, {
    details: { key },
    hint: 'Somebody deletes from the target. Find out who, then run the command again.',
  });
}
