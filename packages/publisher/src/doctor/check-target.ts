import { isLadingError } from '@lading/manifest';
import { OBJECT_HEADERS } from '../object-headers.js';
import type { PublishTarget, TargetCallOptions } from '../publish-target.js';
import { type Finding, failed, ok, skipped, warning } from './check.js';
import { PROBE_BYTES, type ProbeObjects } from './probe-objects.js';

const MAX_SKEW_MS = 15 * 60_000;
const WARN_SKEW_MS = 60_000;
const SLOW_MS = 500;
const LATENCY_SAMPLES = 5;

/** Writes an object as archives are written, and reads it back. */
export async function checkWrite(
  target: PublishTarget,
  { archive }: ProbeObjects,
  options: TargetCallOptions,
): Promise<Finding> {
  await target.put(archive, PROBE_BYTES, OBJECT_HEADERS.archive, options);
  const got = await target.get(archive, { ...options, maxBytes: PROBE_BYTES.length });
  const isSame = got?.bytes.length === PROBE_BYTES.length && got.bytes.every((byte, i) => byte === PROBE_BYTES[i]);
  return isSame
    ? ok('an object was written and read back')
    : failed('read back, the object is another one', OTHER_WRITER);
}

const OTHER_WRITER = 'Something between here and the target changes what is written.';

/** Tries every condition on an object: what may not be written must be refused. */
export async function checkConditions(
  target: PublishTarget,
  { channel }: ProbeObjects,
  options: TargetCallOptions,
): Promise<Finding> {
  const write = (text: string, condition: Parameters<PublishTarget['putIf']>[3]): ReturnType<PublishTarget['putIf']> =>
    target.putIf(channel, new TextEncoder().encode(text), OBJECT_HEADERS.channel, condition, options);
  const first = await write('one', { ifNoneMatch: '*' });
  if (!(await isRefused(() => write('two', { ifNoneMatch: '*' }))))
    return failed('If-None-Match is ignored', NO_CONDITIONS);
  const second = await write('three', { ifMatch: first.etag });
  if (!(await isRefused(() => write('four', { ifMatch: first.etag }))))
    return failed('If-Match is ignored', NO_CONDITIONS);
  const got = await target.get(channel, { ...options, maxBytes: 100 });
  if (got?.info.etag !== second.etag) return failed('a refused write was done nevertheless', NO_CONDITIONS);
  return ok('If-None-Match and If-Match are kept');
}

const NO_CONDITIONS =
  'Two publishers at once could lose a release here. Publish to a server that has conditional writes.';

async function isRefused(write: () => Promise<unknown>): Promise<boolean> {
  try {
    await write();
    return false;
  } catch (error) {
    if (isLadingError(error, 'ERR_PUBLISH_CONFLICT')) return true;
    throw error;
  }
}

/** Compares the target's clock with ours, by the time of an object that was written just now. */
export async function checkClock(
  target: PublishTarget,
  { archive }: ProbeObjects,
  now: () => Date,
  options: TargetCallOptions,
): Promise<Finding> {
  await target.put(archive, PROBE_BYTES, OBJECT_HEADERS.archive, options);
  const modifiedAt = (await target.head(archive, options))?.modifiedAt;
  if (modifiedAt === undefined) return skipped('the target tells no times');
  const skewMs = now().getTime() - modifiedAt.getTime();
  const text = `this machine is ${Math.abs(Math.round(skewMs / 1_000))} s ${skewMs < 0 ? 'behind' : 'ahead of'} the target`;
  if (Math.abs(skewMs) > MAX_SKEW_MS)
    return failed(text, 'Set the clock: S3 refuses requests that are 15 minutes off.');
  return Math.abs(skewMs) > WARN_SKEW_MS ? warning(text, 'Set the clock.') : ok(text);
}

/** Measures how long a small request takes. */
export async function checkLatency(
  target: PublishTarget,
  { archive }: ProbeObjects,
  clock: () => number,
  options: TargetCallOptions,
): Promise<Finding> {
  const samples: number[] = [];
  for (let i = 0; i < LATENCY_SAMPLES; i++) {
    const from = clock();
    await target.head(archive, options);
    samples.push(clock() - from);
  }
  const median = samples.sort((a, b) => a - b)[Math.floor(LATENCY_SAMPLES / 2)] ?? 0;
  const text = `a small request takes ${median.toFixed(0)} ms`;
  return median > SLOW_MS ? warning(text, 'Publish from nearer by, or with a higher --concurrency.') : ok(text);
}
