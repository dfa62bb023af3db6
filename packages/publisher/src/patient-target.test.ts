import { beforeEach, describe, expect, it } from 'vitest';
import { type MemoryTarget, memoryTarget } from './memory-target.js';
import { OBJECT_HEADERS } from './object-headers.js';
import { patientTarget } from './patient-target.js';
import { PublishError } from './publish-error.js';
import type { PublishTarget } from './publish-target.js';
import { Throttle } from './throttle.js';

const META = OBJECT_HEADERS.archive;
const BYTES = new TextEncoder().encode('bytes');
const busy = (): PublishError => new PublishError('ERR_TARGET_FAILED', 'busy', { retryable: true });

let memory: MemoryTarget;
/** How many of the next calls fail, before they did their work or after. */
let failing: { before: number; after: number };
let calls: string[];
let target: PublishTarget;
beforeEach(() => {
  memory = memoryTarget();
  failing = { before: 0, after: 0 };
  calls = [];
  const flaky = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    calls.push(name);
    if (failing.before-- > 0) throw busy();
    const result = await work();
    if (failing.after-- > 0) throw busy();
    return result;
  };
  target = patientTarget(
    {
      ...memory,
      head: (key, options) => flaky('head', () => memory.head(key, options)),
      get: (key, options) => flaky('get', () => memory.get(key, options)),
      put: (key, body, meta, options) => flaky('put', () => memory.put(key, body, meta, options)),
      putIf: (key, ...rest) => flaky('putIf', () => memory.putIf(key, ...rest)),
      remove: (key, options) => flaky('remove', async () => memory.remove?.(key, options)),
      async *list(prefix, options) {
        calls.push('list');
        if (failing.before-- > 0) throw busy();
        for await (const object of memory.list(prefix, options)) {
          yield object;
          if (failing.after-- > 0) throw busy();
        }
      },
    },
    { attempts: 4, retryDelayMs: 1 },
  );
});

describe('patientTarget', () => {
  it('makes every kind of call again', async () => {
    await target.put('a', BYTES, META);
    for (const work of [
      () => target.head('a'),
      () => target.get('a', { maxBytes: 10 }),
      () => target.put('a', BYTES, META),
      () => target.remove?.('b') ?? Promise.resolve(),
      () => target.putIf('c', BYTES, META, { ifNoneMatch: '*' }),
    ]) {
      failing = { before: 3, after: 0 };
      calls = [];
      await work();
      expect(calls).toHaveLength(4);
    }
    failing = { before: 4, after: 0 };
    await expect(target.head('a')).rejects.toMatchObject({ code: 'ERR_TARGET_FAILED' });
  });

  it('goes on with a listing where it broke off, and gives every object once', async () => {
    for (const key of ['a', 'b', 'c']) await memory.put(key, BYTES, META);
    await target.head('a');
    failing = { before: 0, after: 3 };
    const keys: string[] = [];
    for await (const { key } of target.list('')) keys.push(key);
    expect(keys).toEqual(['a', 'b', 'c']);
  });

  it('takes its own lost write for done, and nobody else’s', async () => {
    await target.head('x');
    failing = { before: 0, after: 1 };
    expect(await target.putIf('c', BYTES, META, { ifNoneMatch: '*' })).toMatchObject({ sizeBytes: BYTES.length });
    failing = { before: 1, after: 0 };
    const again = target.putIf('c', new TextEncoder().encode('other'), META, { ifNoneMatch: '*' });
    await expect(again).rejects.toMatchObject({ code: 'ERR_PUBLISH_CONFLICT' });
    // Without a try of its own that got lost, equal bytes are a conflict, too: somebody else wrote them.
    const same = target.putIf('c', BYTES, META, { ifNoneMatch: '*' });
    await expect(same).rejects.toMatchObject({ code: 'ERR_PUBLISH_CONFLICT' });
  });

  it('does not wait for a target that never answered, nor on what will not change', async () => {
    failing = { before: 1, after: 0 };
    await expect(target.head('a')).rejects.toMatchObject({ code: 'ERR_TARGET_FAILED' });
    expect(calls).toHaveLength(1);
    await target.head('a');
    await expect(target.get('../a', { maxBytes: 1 })).rejects.toMatchObject({ code: 'ERR_TARGET_KEY' });
    expect(calls).toHaveLength(3);
  });

  it('stops waiting when it is told to', async () => {
    const slow = patientTarget({ ...memory, get: () => Promise.reject(busy()) }, { retryDelayMs: 60_000 });
    await slow.head('a');
    const stop = new AbortController();
    const got = slow.get('a', { maxBytes: 1, signal: stop.signal });
    setTimeout(() => stop.abort(new Error('enough')), 5);
    await expect(got).rejects.toThrow('enough');
  });
});

describe('Throttle', () => {
  it('halves what may be under way when the server is busy, and grows back', async () => {
    const throttle = new Throttle(8);
    let active = 0;
    let most = 0;
    const work = async (): Promise<void> => {
      active += 1;
      most = Math.max(most, active);
      await new Promise((resolve) => setImmediate(resolve));
      active -= 1;
    };
    await Promise.all(Array.from({ length: 30 }, () => throttle.run(work)));
    expect(most).toBe(8);
    const refused = throttle.run(async () => {
      throttle.slowDown();
      throw busy();
    });
    await expect(refused).rejects.toThrow('busy');
    expect(throttle.limit).toBe(1);
    most = 0;
    const limits: number[] = [];
    for (let i = 0; i < 60; i++) {
      await throttle.run(work);
      limits.push(throttle.limit);
    }
    expect(most).toBe(1);
    expect(limits.at(-1)).toBe(8);
    expect(limits).toEqual([...limits].sort((a, b) => a - b));
  });
});
