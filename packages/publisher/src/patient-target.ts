import { isLadingError } from '@lading/manifest';
import { pause } from './pause.js';
import type { ObjectInfo, PublishTarget, TargetCallOptions } from './publish-target.js';
import { compareKeys } from './target-key.js';
import { Throttle } from './throttle.js';

/** Options of {@link patientTarget}. */
export interface PatientTargetOptions {
  /** How often a call is tried. Default 7: with the pauses that outlasts a minute. */
  readonly attempts?: number | undefined;
  /** Pause before the second try, in milliseconds; doubles each time. Default 1,000. */
  readonly retryDelayMs?: number | undefined;
  /** The most calls that are under way. Default 64. */
  readonly concurrency?: number | undefined;
}

/** What {@link PatientTargetOptions} fields are where they are not given. */
export const PATIENT_TARGET_DEFAULTS: {
  readonly attempts: number;
  readonly retryDelayMs: number;
  readonly concurrency: number;
} = { attempts: 7, retryDelayMs: 1_000, concurrency: 64 };

/**
 * Makes a target that does not give up at once: a call that fails with a retryable error is made again after a pause, and fewer
 * calls are under way from then on, until it goes well. A target that never answered is not waited for: its address may be
 * wrong.
 *
 * A conditional write whose first try got lost and whose second one is refused counts as done where our bytes are there.
 *
 * @example
 * const target = patientTarget(s3Target({ bucket: 'games' }));
 */
export function patientTarget(target: PublishTarget, options: PatientTargetOptions = {}): PublishTarget {
  const attempts = options.attempts ?? PATIENT_TARGET_DEFAULTS.attempts;
  const retryDelayMs = options.retryDelayMs ?? PATIENT_TARGET_DEFAULTS.retryDelayMs;
  const throttle = new Throttle(options.concurrency ?? PATIENT_TARGET_DEFAULTS.concurrency);
  let hasAnswered = false;

  /** Runs a call; `isAgain` says that an earlier try may have done its work. */
  async function call<T>(signal: AbortSignal | undefined, work: (isAgain: boolean) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        const result = await throttle.run(() => work(attempt > 1));
        hasAnswered = true;
        return result;
      } catch (error) {
        signal?.throwIfAborted();
        if (!isLadingError(error) || !error.retryable || !hasAnswered || attempt >= attempts) throw error;
        throttle.slowDown();
        await pause(retryDelayMs * 2 ** (attempt - 1), signal);
      }
    }
  }

  /** Goes on behind the last key that was seen: a listing is a page, and maybe a thousand of them. */
  async function* list(prefix: string, listOptions: TargetCallOptions = {}): ReturnType<PublishTarget['list']> {
    let last: string | undefined;
    for (let attempt = 1; ; attempt++) {
      try {
        for await (const object of target.list(prefix, listOptions)) {
          hasAnswered = true;
          if (last !== undefined && compareKeys(object.key, last) <= 0) continue;
          last = object.key;
          attempt = 1;
          yield object;
        }
        hasAnswered = true;
        return;
      } catch (error) {
        listOptions.signal?.throwIfAborted();
        if (!isLadingError(error) || !error.retryable || !hasAnswered || attempt >= attempts) throw error;
        await pause(retryDelayMs * 2 ** (attempt - 1), listOptions.signal);
      }
    }
  }

  return {
    ...target,
    list,
    head: (key, headOptions) => call(headOptions?.signal, () => target.head(key, headOptions)),
    get: (key, getOptions) => call(getOptions.signal, () => target.get(key, getOptions)),
    put: (key, body, meta, putOptions) => call(putOptions?.signal, () => target.put(key, body, meta, putOptions)),
    putIf: (key, body, meta, condition, putOptions) =>
      call(putOptions?.signal, async (isAgain) => {
        try {
          return await target.putIf(key, body, meta, condition, putOptions);
        } catch (error) {
          const own =
            isAgain && isLadingError(error, 'ERR_PUBLISH_CONFLICT')
              ? await ownBytes(target, key, body, putOptions)
              : undefined;
          if (own !== undefined) return own;
          throw error;
        }
      }),
    ...(target.remove && {
      remove: (key: string, removeOptions?: TargetCallOptions) =>
        call(removeOptions?.signal, async () => target.remove?.(key, removeOptions)),
    }),
  };
}

/** Facts of an object where it has exactly these bytes. */
async function ownBytes(
  target: PublishTarget,
  key: string,
  body: Uint8Array,
  options: TargetCallOptions | undefined,
): Promise<ObjectInfo | undefined> {
  const info = await target.head(key, options);
  if (info?.sizeBytes !== body.length) return undefined;
  const got = await target.get(key, { signal: options?.signal, maxBytes: body.length });
  return got?.bytes.every((byte, i) => byte === body[i]) === true ? got.info : undefined;
}
