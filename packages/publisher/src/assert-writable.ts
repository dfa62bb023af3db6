import { isLadingError, MAX_ROOT_BYTES, readEnvelope, rootKey } from '@lading/manifest';
import { OBJECT_HEADERS } from './object-headers.js';
import { pause } from './pause.js';
import { PublishError } from './publish-error.js';
import type { PublishPlan } from './publish-plan.js';
import type { PublishTarget, TargetCallOptions } from './publish-target.js';
import type { ReleaseSource } from './release-source.js';

/** Servers tell the time of an object in whole seconds. */
const CLOCK_STEP_MS = 1_100;

/**
 * Tries before the first upload whether we may write and whether conditions are kept, on a root: it is written once, so a
 * second time must be refused. Where there is none yet, ours is written now: nobody reads there before there is a channel.
 *
 * @throws PublishError `ERR_TARGET_UNSUPPORTED`, and what the target throws.
 */
export async function assertWritable(
  target: PublishTarget,
  { probe }: PublishPlan,
  { roots }: ReleaseSource,
  { signal }: TargetCallOptions,
): Promise<void> {
  if (!target.capabilities.conditionalPut) throw unsupportedError(target);
  const bytes = roots.find(({ root }) => rootKey(root.version) === probe?.key)?.bytes;
  if (probe === undefined || bytes === undefined) return;
  const write = (): Promise<unknown> =>
    target.putIf(probe.key, bytes, OBJECT_HEADERS.root, { ifNoneMatch: '*' }, { signal });
  if (probe.isNew && (await isRefused(write))) await assertSameRoot(target, probe.key, bytes, { signal });
  if (await isRefused(write)) return;
  // Written over, or only an answer that got lost: a target that finds its bytes there then takes them for written.
  const before = await target.head(probe.key, { signal });
  await pause(CLOCK_STEP_MS, signal);
  if (await isRefused(write)) return;
  const after = await target.head(probe.key, { signal });
  const times = [before, after].map((info) => info?.modifiedAt?.getTime());
  if (times[0] === undefined || times[0] !== times[1]) throw unsupportedError(target);
}

/** Runs a conditional write; true where it was refused. */
export async function isRefused(write: () => Promise<unknown>): Promise<boolean> {
  try {
    await write();
    return false;
  } catch (error) {
    if (!isLadingError(error, 'ERR_PUBLISH_CONFLICT')) throw error;
    return true;
  }
}

/**
 * Checks that a root which somebody else wrote first is ours.
 *
 * @throws PublishError `ERR_PUBLISH_TRUST`.
 */
export async function assertSameRoot(
  target: PublishTarget,
  key: string,
  bytes: Uint8Array,
  { signal }: TargetCallOptions,
): Promise<void> {
  const got = await target.get(key, { signal, maxBytes: MAX_ROOT_BYTES });
  const [theirs, ours] = [got?.bytes, bytes].map((envelope) => envelope && readEnvelope(envelope).payload);
  if (theirs?.length === ours?.length && theirs?.every((byte, i) => byte === ours?.[i]) === true) return;
  throw new PublishError('ERR_PUBLISH_TRUST', `"${key}" on the target is another root than ours`, {
    details: { key },
    hint: 'Another project or other keys were published there at the same time. Choose another target or prefix.',
  });
}

function unsupportedError(target: PublishTarget): PublishError {
  return new PublishError('ERR_TARGET_UNSUPPORTED', `${target.name} has no conditional writes`, {
    details: { target: target.name },
    hint: 'Two publishers at once could lose a release there. Publish to a target that has them.',
  });
}
