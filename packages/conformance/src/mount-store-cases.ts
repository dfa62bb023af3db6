import { type Digest, digestOf } from '@lading/manifest';
import type { MountStore } from '@lading/mount';
import { caughtFrom, expectCode, expectSameBytes, expectThat } from './expectations.js';
import type { MountStoreCheck } from './mount-store-conformance.js';

function sample(length: number, seed = 1): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = (i * 31 + (i >>> 8) * 17 + seed * 7) & 255;
  return bytes;
}

async function putArchive(store: MountStore, bytes: Uint8Array): Promise<Digest> {
  const digest = await digestOf(bytes);
  const writer = await store.archives.openWriter(digest, bytes.length);
  await writer.append(bytes.subarray(writer.receivedBytes));
  await writer.commit();
  return digest;
}

async function expectArchive(store: MountStore, digest: Digest, bytes: Uint8Array): Promise<void> {
  const source = await store.archives.open(digest);
  expectThat(source !== undefined, `archive ${digest} is not there`);
  try {
    expectThat(source.sizeBytes === bytes.length, `size is ${source.sizeBytes}, expected ${bytes.length}`);
    expectSameBytes(await source.read(0, bytes.length), bytes, 'archive');
  } finally {
    await source.close?.();
  }
}

async function digestsOf(store: MountStore): Promise<string> {
  return (await store.archives.list()).map(({ digest }) => digest).join();
}

/** Archives are whole and right, or not there. */
export const ARCHIVE_CASES: Record<string, MountStoreCheck> = {
  async 'an archive that was committed is read back, byte for byte'(store, { reopen }) {
    for (const bytes of [sample(0), sample(1), sample(300_000)]) {
      const digest = await putArchive(store, bytes);
      await expectArchive(store, digest, bytes);
      if (reopen !== undefined) await expectArchive(await reopen(store), digest, bytes);
    }
  },
  async 'an archive that is not there is undefined, and removing it is fine'(store) {
    const digest = await digestOf(sample(5));
    expectThat((await store.archives.open(digest)) === undefined, 'open gives something');
    await store.archives.remove(digest);
    expectThat((await digestsOf(store)) === '', 'an empty store lists something');
  },
  async 'an archive is not to be seen before it is committed'(store, { reopen }) {
    const bytes = sample(10_000);
    const digest = await digestOf(bytes);
    const writer = await store.archives.openWriter(digest, bytes.length);
    await writer.append(bytes);
    const other = (await reopen?.(store)) ?? store;
    expectThat((await other.archives.open(digest)) === undefined, 'it can be opened before commit');
    expectThat((await digestsOf(other)) === '', 'it is listed before commit');
    await writer.commit();
    await expectArchive(other, digest, bytes);
  },
  async 'other bytes than the digest says are refused, and nothing of them stays'(store) {
    const digest = await digestOf(sample(1_000, 1));
    const writer = await store.archives.openWriter(digest, 1_000);
    await writer.append(sample(1_000, 2));
    await expectCode(() => writer.commit(), ['ERR_VERIFY_DIGEST'], 'commit of other bytes');
    expectThat((await store.archives.open(digest)) === undefined, 'the wrong bytes are there');
    const again = await store.archives.openWriter(digest, 1_000);
    expectThat(again.receivedBytes === 0, `${again.receivedBytes} of the wrong bytes are kept`);
    await again.append(sample(1_000, 1));
    await again.commit();
    await expectArchive(store, digest, sample(1_000, 1));
  },
  async 'more or fewer bytes than stated are refused'(store) {
    const bytes = sample(100);
    const digest = await digestOf(bytes);
    const longer = await store.archives.openWriter(digest, 100);
    await expectCode(() => longer.append(sample(101)), ['ERR_VERIFY_SIZE'], 'a byte too many');
    await longer.discard();
    const shorter = await store.archives.openWriter(digest, 100);
    await shorter.append(bytes.subarray(0, 99));
    await expectCode(() => shorter.commit(), ['ERR_VERIFY_SIZE', 'ERR_VERIFY_DIGEST'], 'a byte too few');
    expectThat((await store.archives.open(digest)) === undefined, 'an archive of another size is there');
  },
  async 'a suspended download goes on where it stopped'(store, { reopen }) {
    const bytes = sample(200_000);
    const digest = await digestOf(bytes);
    const first = await store.archives.openWriter(digest, bytes.length);
    await first.append(bytes.subarray(0, 70_001));
    await first.suspend();
    const later = (await reopen?.(store)) ?? store;
    const partials = await later.archives.partials?.();
    expectThat(partials === undefined || partials[0]?.receivedBytes === 70_001, 'partials() does not tell the bytes');
    const second = await later.archives.openWriter(digest, bytes.length);
    expectThat([0, 70_001].includes(second.receivedBytes), `it goes on at ${second.receivedBytes}`);
    await second.append(bytes.subarray(second.receivedBytes));
    await second.commit();
    await expectArchive(later, digest, bytes);
    expectThat(((await later.archives.partials?.()) ?? []).length === 0, 'a committed download is still partial');
  },
  async 'a discarded download leaves nothing'(store) {
    const bytes = sample(5_000);
    const digest = await digestOf(bytes);
    const writer = await store.archives.openWriter(digest, bytes.length);
    await writer.append(bytes.subarray(0, 2_000));
    await writer.discard();
    const again = await store.archives.openWriter(digest, bytes.length);
    expectThat(again.receivedBytes === 0, 'discarded bytes are still there');
    await again.discard();
  },
  async 'two downloads of one archive at once do not mix, and both end well'(store) {
    const bytes = sample(50_000);
    const digest = await digestOf(bytes);
    const writers = [
      await store.archives.openWriter(digest, bytes.length),
      await store.archives.openWriter(digest, bytes.length),
    ];
    for (let at = 0; at < bytes.length; at += 10_000) {
      for (const writer of writers) await writer.append(bytes.subarray(at, at + 10_000));
    }
    for (const writer of writers) await writer.commit();
    await expectArchive(store, digest, bytes);
  },
  async 'an open archive is read on after it was removed, and then it is gone'(store) {
    const bytes = sample(100_000);
    const digest = await putArchive(store, bytes);
    const source = await store.archives.open(digest);
    expectThat(source !== undefined, 'the archive is not there');
    await store.archives.remove(digest);
    expectSameBytes(await source.read(90_000, 10_000), bytes.subarray(90_000), 'a read after removal');
    await source.close?.();
    expectThat((await store.archives.open(digest)) === undefined, 'it can still be opened');
  },
  async 'an archive is removed unless somebody needs it; what is open reads on'(store, { reopen }) {
    const { removeUnless } = store.archives;
    if (removeUnless === undefined) return;
    const bytes = sample(100_000);
    const digest = await putArchive(store, bytes);
    const other = (await reopen?.(store)) ?? store;
    const refused = await store.archives.removeUnless?.(digest, async () => true);
    expectThat(refused === false, 'it says that it removed what is needed');
    await expectArchive(other, digest, bytes);
    const source = await other.archives.open(digest);
    expectThat(source !== undefined, 'the archive is not there');
    expectThat((await store.archives.removeUnless?.(digest, async () => false)) === true, 'it was not removed');
    expectThat((await other.archives.open(digest)) === undefined, 'it can still be opened');
    expectSameBytes(await source.read(90_000, 10_000), bytes.subarray(90_000), 'a read after removal');
    await source.close?.();
    const again = await store.archives.removeUnless?.(digest, async () => false);
    expectThat(again === false, 'it says that it removed what was not there');
  },
  async 'an archive that is opened while its removal asks stays, whatever the answer'(store, { reopen }) {
    if (store.archives.removeUnless === undefined) return;
    const bytes = sample(10_000);
    const digest = await putArchive(store, bytes);
    const other = (await reopen?.(store)) ?? store;
    const isRemoved = await store.archives.removeUnless(digest, async () => {
      await expectArchive(other, digest, bytes);
      return false;
    });
    expectThat(!isRemoved, 'it says that it was removed');
    await expectArchive(store, digest, bytes);
  },
  async 'an archive that is downloaded while its removal asks is there in the end'(store, { reopen }) {
    if (store.archives.removeUnless === undefined) return;
    const bytes = sample(10_000);
    const digest = await putArchive(store, bytes);
    const other = (await reopen?.(store)) ?? store;
    await store.archives.removeUnless(digest, async () => {
      await putArchive(other, bytes);
      return false;
    });
    await expectArchive(store, digest, bytes);
  },
  async 'a removal that cannot ask removes nothing'(store) {
    if (store.archives.removeUnless === undefined) return;
    const bytes = sample(10_000);
    const digest = await putArchive(store, bytes);
    const reason = new Error('cannot tell');
    const removal = store.archives.removeUnless;
    const error = await caughtFrom(
      () => removal.call(store.archives, digest, () => Promise.reject(reason)),
      'a removal',
    );
    expectThat(error === reason, `it rejects with ${String(error)}, not with the reason`);
    await expectArchive(store, digest, bytes);
  },
  async 'a use that is noted is listed'(store, { reopen }) {
    if (store.archives.touch === undefined) return;
    const digest = await putArchive(store, sample(10));
    const at = new Date('2026-02-03T04:05:06Z');
    await store.archives.touch(digest, at);
    const other = (await reopen?.(store)) ?? store;
    const listed = (await other.archives.list()).map(({ usedAtMs }) => usedAtMs);
    expectThat(listed.join() === String(at.getTime()), `it is listed as used at ${listed.join()}`);
    await store.archives.touch(await digestOf(sample(11)), at);
  },
  async 'what a download has left is removed, but not from under one that runs'(store) {
    if (store.archives.removePartial === undefined) return;
    const bytes = sample(5_000);
    const digest = await digestOf(bytes);
    expectThat(!(await store.archives.removePartial(digest)), 'it says that it removed what was not there');
    const first = await store.archives.openWriter(digest, bytes.length);
    await first.append(bytes.subarray(0, 2_000));
    await first.suspend();
    expectThat(await store.archives.removePartial(digest), 'it was not removed');
    expectThat(((await store.archives.partials?.()) ?? []).length === 0, 'it is still listed');
    const second = await store.archives.openWriter(digest, bytes.length);
    expectThat(second.receivedBytes === 0, 'its bytes are still there');
    await second.append(bytes.subarray(0, 3_000));
    await store.archives.removePartial(digest);
    await second.append(bytes.subarray(3_000));
    await second.commit();
    await expectArchive(store, digest, bytes);
  },
  async 'archives are listed in the order of their digests, with their sizes'(store) {
    const digests = await Promise.all([11, 22, 33].map((size) => putArchive(store, sample(size))));
    expectThat((await digestsOf(store)) === [...digests].sort().join(), 'the order is another one');
    const sizes = (await store.archives.list()).map(({ sizeBytes }) => sizeBytes).sort();
    expectThat(sizes.join() === '11,22,33', `sizes are ${sizes.join()}`);
  },
};

/** Records change together or not at all. */
export const RECORD_CASES: Record<string, MountStoreCheck> = {
  async 'what a transaction writes is read back as it was'(store, { reopen }) {
    const value = { a: [1, 'two', null, { b: true }], __proto__x: -0.5 };
    await store.transaction((records) => {
      records.set('one', value);
      records.set('__proto__', 'a name like others');
    });
    for (const seen of [store, await reopen?.(store)]) {
      if (seen === undefined) continue;
      const read = await seen.record('one');
      expectThat(JSON.stringify(read) === JSON.stringify(value), `read ${JSON.stringify(read)}`);
      expectThat((await seen.record('__proto__')) === 'a name like others', '__proto__ is no name like others');
      expectThat((await seen.record('constructor')) === undefined, 'a record that was never written');
    }
  },
  async 'a transaction that throws changes nothing'(store) {
    await store.transaction((records) => records.set('kept', 1));
    const reason = new Error('changed my mind');
    const error = await caughtFrom(
      () =>
        store.transaction((records) => {
          records.set('kept', 2);
          records.set('new', 3);
          throw reason;
        }),
      'a transaction that throws',
    );
    expectThat(error === reason, `it rejects with ${String(error)}, not with what was thrown`);
    expectThat((await store.record('kept')) === 1, 'a write before the throw was kept');
    expectThat((await store.record('new')) === undefined, 'a new record was kept');
  },
  async 'a transaction sees its own writes, and keys in order'(store) {
    await store.transaction((records) => {
      records.set('b', 1);
      records.set('a', 2);
      records.set('c', 3);
      records.delete('b');
      expectThat(records.get('b') === undefined && records.get('a') === 2, 'it does not see what it did');
      expectThat(records.keys().join() === 'a,c', `keys are ${records.keys().join()}`);
    });
    expectThat((await store.record('b')) === undefined, 'a deleted record is there');
  },
  async 'a hundred changes at once lose no update'(store, { reopen }) {
    const stores = [store, (await reopen?.(store)) ?? store];
    const change = (i: number) =>
      (stores[i % 2] ?? store).transaction((records) => {
        const count = records.get('count');
        records.set('count', (typeof count === 'number' ? count : 0) + 1);
      });
    await Promise.all(Array.from({ length: 100 }, (_, i) => change(i)));
    expectThat((await store.record('count')) === 100, `count is ${String(await store.record('count'))}`);
  },
  async 'values are kept as they were when they were set'(store) {
    const value = { list: [1] };
    await store.transaction((records) => records.set('v', value));
    value.list.push(2);
    expectThat(JSON.stringify(await store.record('v')) === '{"list":[1]}', 'a later change of the value shows');
  },
  async 'an aborted signal rejects and changes nothing'(store) {
    const reason = new Error('not wanted');
    const signal = AbortSignal.abort(reason);
    const error = await caughtFrom(
      () => store.transaction((records) => records.set('x', 1), { signal }),
      'a transaction under an aborted signal',
    );
    expectThat(error === reason, `it rejects with ${String(error)}, not with the reason`);
    expectThat((await store.record('x')) === undefined, 'the write was kept');
  },
};
