import type { PublishTarget } from '@lading/publisher';
import { caughtFrom, expectCode, expectThat } from './expectations.js';
import type { PublishTargetCheck, PublishTargetConformanceOptions } from './publish-target-conformance.js';
import {
  expectContent,
  LARGE_BYTES,
  listKeys,
  META,
  META_JSON,
  pattern,
  reopenable,
} from './publish-target-samples.js';

/** Conditional writes: whoever loses learns it. */
export const CONDITIONS: Record<string, PublishTargetCheck> = {
  async 'create-only writes once'(target) {
    await target.putIf('c', pattern(10, 1), META, { ifNoneMatch: '*' });
    const again = () => target.putIf('c', pattern(10, 2), META, { ifNoneMatch: '*' });
    await expectCode(again, ['ERR_PUBLISH_CONFLICT'], 'a second create-only put');
    const same = () => target.putIf('c', pattern(10, 1), META, { ifNoneMatch: '*' });
    await expectCode(same, ['ERR_PUBLISH_CONFLICT'], 'a second create-only put of the same bytes');
    await expectContent(target, 'c', pattern(10, 1));
  },
  async 'if-match writes over the version that was read, and over no other'(target) {
    const first = await target.put('c', pattern(10, 1), META);
    const second = await target.putIf('c', pattern(10, 2), META, { ifMatch: first.etag });
    await expectContent(target, 'c', pattern(10, 2));
    const stale = () => target.putIf('c', pattern(10, 3), META, { ifMatch: first.etag });
    await expectCode(stale, ['ERR_PUBLISH_CONFLICT'], 'a put over a stale version');
    await expectContent(target, 'c', pattern(10, 2));
    await target.putIf('c', pattern(10, 4), META, { ifMatch: second.etag });
    await expectContent(target, 'c', pattern(10, 4));
  },
  async 'the etags of head, get and put all serve as conditions'(target) {
    await target.put('c', pattern(1, 1), META);
    const head = await target.head('c');
    expectThat(head !== undefined, 'no object');
    await target.putIf('c', pattern(2, 2), META, { ifMatch: head.etag });
    const got = await target.get('c', { maxBytes: 10 });
    expectThat(got !== undefined, 'no object');
    const put = await target.putIf('c', pattern(3, 3), META, { ifMatch: got.info.etag });
    await target.putIf('c', pattern(4, 4), META, { ifMatch: put.etag });
    await expectContent(target, 'c', pattern(4, 4));
  },
  async 'if-match on what is not there conflicts and writes nothing'(target) {
    const { etag } = await target.put('other', pattern(1), META);
    const write = () => target.putIf('c', pattern(1), META, { ifMatch: etag });
    await expectCode(write, ['ERR_PUBLISH_CONFLICT'], 'if-match on a missing object');
    expectThat((await target.head('c')) === undefined, 'the object was written');
  },
  async 'of eight racing creators exactly one wins'(target, options) {
    await expectOneWinner(await openEight(target, options), () => ({ ifNoneMatch: '*' }));
  },
  async 'of eight racing writers over one version exactly one wins'(target, options) {
    const { etag } = await target.put('race', pattern(64, 99), META);
    await expectOneWinner(await openEight(target, options), () => ({ ifMatch: etag }));
  },
};

/** Limits and aborts. */
export const LIMITS: Record<string, PublishTargetCheck> = {
  async 'get never gives more than maxBytes'(target) {
    await target.put('k', pattern(1_000), META);
    await expectCode(() => target.get('k', { maxBytes: 999 }), ['ERR_TARGET_TOO_LARGE'], 'get with maxBytes 999');
    await expectContent(target, 'k', pattern(1_000));
  },
  async 'an aborted call throws the reason of the signal and does nothing'(target) {
    const reason = new Error('enough');
    const signal = AbortSignal.abort(reason);
    await target.put('k', pattern(3), META);
    const calls: Record<string, () => Promise<unknown>> = {
      head: () => target.head('k', { signal }),
      get: () => target.get('k', { maxBytes: 10, signal }),
      put: () => target.put('new', pattern(3), META, { signal }),
      putIf: () => target.putIf('new', pattern(3), META, { ifNoneMatch: '*' }, { signal }),
      list: () => listKeys(target, '', signal),
    };
    for (const [name, call] of Object.entries(calls)) {
      expectThat((await caughtFrom(call, name)) === reason, `${name}: did not throw the signal's reason`);
    }
    expectThat((await listKeys(target, '')).join() === 'k', 'an aborted call wrote something');
  },
  async 'a put aborted half-way leaves the old object'(target) {
    await target.put('k', pattern(10), META);
    const stop = new AbortController();
    const reason = new Error('enough');
    const body = reopenable(pattern(LARGE_BYTES), (start) => {
      if (start > 6 * 1024 * 1024) stop.abort(reason);
    });
    const put = () => target.put('k', body, META, { signal: stop.signal });
    expectThat((await caughtFrom(put, 'put')) === reason, "did not throw the signal's reason");
    await expectContent(target, 'k', pattern(10));
    expectThat((await listKeys(target, '')).join() === 'k', 'the aborted put left an object');
  },
};

export async function forbiddenIsNotMissing(
  _target: PublishTarget,
  options: PublishTargetConformanceOptions,
): Promise<void> {
  const target = await options.createForbidden?.();
  expectThat(target !== undefined, 'no forbidden target');
  await expectEveryCallFails(target, 'ERR_TARGET_FORBIDDEN');
}

export async function missingIsTyped(_target: PublishTarget, options: PublishTargetConformanceOptions): Promise<void> {
  const target = await options.createMissing?.();
  expectThat(target !== undefined, 'no missing target');
  await expectEveryCallFails(target, 'ERR_TARGET_MISSING');
}

async function expectEveryCallFails(target: PublishTarget, code: string): Promise<void> {
  await expectCode(() => target.head('k'), [code], 'head');
  await expectCode(() => target.get('k', { maxBytes: 10 }), [code], 'get');
  await expectCode(() => target.put('k', pattern(3), META), [code], 'put');
  await expectCode(() => target.putIf('k', pattern(3), META, { ifNoneMatch: '*' }), [code], 'putIf');
  await expectCode(() => listKeys(target, ''), [code], 'list');
  await target.close?.();
}

export async function metaIsKept(target: PublishTarget, options: PublishTargetConformanceOptions): Promise<void> {
  await target.put('small', pattern(3), META_JSON);
  await target.put('large', reopenable(pattern(LARGE_BYTES)), META_JSON);
  await target.putIf('conditional', pattern(3), META_JSON, { ifNoneMatch: '*' });
  for (const key of ['small', 'large', 'conditional']) {
    const meta = await options.storedMeta?.(target, key);
    expectThat(meta?.contentType === META_JSON.contentType, `${key}: Content-Type is ${meta?.contentType}`);
    expectThat(meta.cacheControl === META_JSON.cacheControl, `${key}: Cache-Control is ${meta.cacheControl}`);
  }
}

async function openEight(
  target: PublishTarget,
  options: PublishTargetConformanceOptions,
): Promise<readonly PublishTarget[]> {
  return Promise.all(Array.from({ length: 8 }, () => options.reopen?.(target) ?? target));
}

async function expectOneWinner(
  writers: readonly PublishTarget[],
  condition: () => Parameters<PublishTarget['putIf']>[3],
): Promise<void> {
  const puts = writers.map((writer, i) => writer.putIf('race', pattern(64, i), META, condition()));
  const results = await Promise.allSettled(puts);
  const winners = results.flatMap((result, i) => (result.status === 'fulfilled' ? [i] : []));
  expectThat(winners.length === 1, `${winners.length} winners, expected 1`);
  for (const result of results) {
    if (result.status === 'rejected') {
      await expectCode(() => Promise.reject(result.reason), ['ERR_PUBLISH_CONFLICT'], 'a loser');
    }
  }
  const [winner] = winners;
  const [first] = writers;
  expectThat(first !== undefined && winner !== undefined, 'no writers');
  await expectContent(first, 'race', pattern(64, winner));
}
