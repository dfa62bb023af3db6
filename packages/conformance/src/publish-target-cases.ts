import type { PublishTarget } from '@lading/publisher';
import { expectCode, expectSameBytes, expectThat } from './expectations.js';
import type { PublishTargetCheck } from './publish-target-conformance.js';
import {
  byUtf8,
  expectContent,
  isSame,
  LARGE_BYTES,
  listKeys,
  META,
  pattern,
  reopenable,
} from './publish-target-samples.js';

const ODD_KEYS: readonly string[] = [
  'odd/a b.txt',
  'odd/100%.txt',
  'odd/%41.txt',
  'odd/a+b&c=d;e,f.txt',
  "odd/it's (1)!*~$@.txt",
  'odd/q?x=1#top.txt',
  'odd/é-ü-日本.txt',
  'odd/\u{1f3ae}.txt',
  'odd/\ufb01.txt',
  'odd/..x/x..',
  'odd/__proto__',
  `odd/${Array.from('abcd', (letter) => letter.repeat(239)).join('/')}/${'e'.repeat(36)}`,
];

/** What is written is what is read. */
export const READS_AND_WRITES: Record<string, PublishTargetCheck> = {
  async 'what was put is got, with its size and its etag'(target) {
    const bytes = pattern(1_000);
    const put = await target.put('a/b.bin', bytes, META);
    const head = await target.head('a/b.bin');
    const got = await target.get('a/b.bin', { maxBytes: 1_000 });
    expectThat(head !== undefined && got !== undefined, 'the object is not there after put');
    expectSameBytes(got.bytes, bytes, 'content');
    for (const [what, info] of Object.entries({ put, head, get: got.info })) {
      expectThat(info.key === 'a/b.bin', `${what}: key is ${info.key}`);
      expectThat(info.sizeBytes === 1_000, `${what}: size is ${info.sizeBytes}, expected 1000`);
      expectThat(info.etag !== '' && info.etag === put.etag, `${what}: etag is ${info.etag}, put said ${put.etag}`);
    }
  },
  async 'what is not there is undefined'(target) {
    await target.put('here', pattern(1), META);
    expectThat((await target.head('a/none')) === undefined, 'head of a missing key is not undefined');
    expectThat((await target.get('a/none', { maxBytes: 10 })) === undefined, 'get of a missing key is not undefined');
  },
  async 'a second put replaces the whole object and changes its etag'(target) {
    const first = await target.put('k', pattern(5_000), META);
    const second = await target.put('k', pattern(10, 7), META);
    expectThat(first.etag !== second.etag, 'other bytes, same etag');
    await expectContent(target, 'k', pattern(10, 7));
  },
  async 'the same put again gives the same object'(target) {
    await target.put('k', pattern(500), META);
    await target.put('k', pattern(500), META);
    await expectContent(target, 'k', pattern(500));
    expectThat((await listKeys(target, '')).join() === 'k', 'a repeated put left more than one object');
  },
  async 'an object may be empty'(target) {
    await target.put('empty', new Uint8Array(0), META);
    await target.put('empty-stream', reopenable(new Uint8Array(0)), META);
    await expectContent(target, 'empty', new Uint8Array(0));
    await expectContent(target, 'empty-stream', new Uint8Array(0));
  },
  async 'a large body is read from its source in pieces and arrives whole'(target) {
    const bytes = pattern(LARGE_BYTES);
    let sentBytes = 0;
    await target.put('large.zip', reopenable(bytes), META, {
      onProgress(sent) {
        expectThat(sent >= sentBytes && sent <= bytes.length, `progress went from ${sentBytes} to ${sent}`);
        sentBytes = sent;
      },
    });
    expectThat(sentBytes === bytes.length, `progress ended at ${sentBytes}, expected ${bytes.length}`);
    await expectContent(target, 'large.zip', bytes);
  },
  async 'a body that ends early is refused and leaves nothing'(target) {
    for (const sizeBytes of [5_000, LARGE_BYTES]) {
      const short = { ...reopenable(pattern(100)), sizeBytes };
      await expectCode(() => target.put('short', short, META), ['ERR_PUBLISH_SOURCE'], `a body of ${sizeBytes} bytes`);
      expectThat((await target.head('short')) === undefined, 'a part of the object was left');
    }
  },
  async 'a body with another digest than announced is refused and leaves nothing'(target) {
    const meta = { ...META, digest: `sha256:${'0'.repeat(64)}` as const };
    await expectCode(() => target.put('wrong', pattern(100), meta), ['ERR_PUBLISH_SOURCE'], 'wrong digest');
    expectThat((await target.head('wrong')) === undefined, 'an object with the wrong bytes was left');
  },
  async 'a reader sees the old object or the new one, never a part'(target) {
    const versions = [pattern(200_000, 1), pattern(150_000, 2)];
    await target.put('k', pattern(200_000, 1), META);
    let isWriting = true;
    const writing = writeInTurn(target, versions).finally(() => {
      isWriting = false;
    });
    try {
      while (isWriting) {
        const got = await target.get('k', { maxBytes: 300_000 });
        const whole = got && versions.some((version) => isSame(version, got.bytes));
        expectThat(whole === true, `a read saw ${got?.bytes.length} bytes that are no version`);
        await new Promise((resolve) => setTimeout(resolve, 0)); // a target in memory would never let the writer run
      }
    } finally {
      await writing; // it uses the target until it has ended
    }
  },
  async 'odd keys are kept as they are'(target) {
    for (const key of ODD_KEYS) await target.put(key, new TextEncoder().encode(key), META);
    for (const key of ODD_KEYS) await expectContent(target, key, new TextEncoder().encode(key));
    const listed = await listKeys(target, 'odd/');
    const missing = ODD_KEYS.filter((key) => !listed.includes(key));
    expectThat(missing.length === 0, `not listed: ${missing.join(' | ')}`);
  },
  async 'names that differ only in Unicode form are two objects'(target) {
    await target.put('nf/\u00e9', pattern(1), META);
    await target.put('nf/e\u0301', pattern(2), META);
    await expectContent(target, 'nf/e\u0301', pattern(2));
    await expectContent(target, 'nf/\u00e9', pattern(1));
  },
  async 'a key that could leave the target is refused'(target) {
    for (const key of ['', '/a', '../a', 'a/../b', 'a//b', 'a/', './a', 'a\\b', 'a\0b', 'a\nb', 'x'.repeat(1_025)]) {
      await expectCode(() => target.put(key, pattern(1), META), ['ERR_TARGET_KEY'], `put ${JSON.stringify(key)}`);
      await expectCode(() => target.head(key), ['ERR_TARGET_KEY'], `head ${JSON.stringify(key)}`);
      await expectCode(() => target.get(key, { maxBytes: 1 }), ['ERR_TARGET_KEY'], `get ${JSON.stringify(key)}`);
    }
  },
  async 'what is removed is gone, and removing it again is fine'(target) {
    if (target.remove === undefined) return;
    await target.put('a/gone', pattern(3), META);
    await target.remove('a/gone');
    await target.remove('a/gone');
    expectThat((await target.head('a/gone')) === undefined, 'the object is still there');
    expectThat((await listKeys(target, '')).length === 0, 'the object is still listed');
  },
};

/** Listings are whole and in order. */
export const LISTINGS: Record<string, PublishTargetCheck> = {
  async 'a listing has every object below a prefix once, in the order of UTF-8 bytes'(target) {
    const keys = ['p/a', 'p/a-b', 'p/a.zip', 'p/ab', 'p/b/c', 'p/b.c', 'p/Z', 'p/é', 'p/\u{1f3ae}', 'p/\uff5e', 'q/a'];
    for (const key of keys) await target.put(key, pattern(4), META);
    const expected = keys.filter((key) => key.startsWith('p/')).sort(byUtf8);
    const listed = await listKeys(target, 'p/');
    expectThat(listed.join('|') === expected.join('|'), `listed ${listed.join('|')}, expected ${expected.join('|')}`);
  },
  async 'a prefix is a text, not a folder'(target) {
    for (const key of ['a/1', 'ab/1', 'ab/2', 'b']) await target.put(key, pattern(1), META);
    expectThat((await listKeys(target, 'a')).join() === 'a/1,ab/1,ab/2', 'prefix a');
    expectThat((await listKeys(target, 'a/')).join() === 'a/1', 'prefix a/');
    expectThat((await listKeys(target, 'ab/2')).join() === 'ab/2', 'prefix ab/2');
    expectThat((await listKeys(target, '')).join() === 'a/1,ab/1,ab/2,b', 'no prefix');
    expectThat((await listKeys(target, 'nothing/')).length === 0, 'a prefix that nothing has');
  },
  async 'an empty target lists nothing'(target) {
    expectThat((await listKeys(target, '')).length === 0, 'expected no objects');
    expectThat((await listKeys(target, 'a/b/')).length === 0, 'expected no objects');
  },
  async 'a listing goes on over many pages and tells sizes as head does'(target) {
    const keys = Array.from({ length: 45 }, (_, i) => `many/${String(i).padStart(3, '0')}`);
    await Promise.all(keys.map((key, i) => target.put(key, pattern(i), META)));
    let count = 0;
    for await (const object of target.list('many/')) {
      expectThat(object.key === keys[count], `object ${count} is ${object.key}, expected ${keys[count]}`);
      expectThat(object.sizeBytes === count, `${object.key}: size is ${object.sizeBytes}, expected ${count}`);
      if (object.etag !== undefined) {
        const head = await target.head(object.key);
        expectThat(object.etag === head?.etag, `${object.key}: listed etag ${object.etag}, head says ${head?.etag}`);
      }
      count += 1;
    }
    expectThat(count === keys.length, `listed ${count} objects, expected ${keys.length}`);
  },
  async 'a listing may be left half-way'(target) {
    for (const key of ['a', 'b', 'c', 'd', 'e']) await target.put(key, pattern(1), META);
    for await (const object of target.list('')) if (object.key === 'b') break;
    expectThat((await listKeys(target, '')).length === 5, 'the next listing is not whole');
  },
};

async function writeInTurn(target: PublishTarget, versions: readonly Uint8Array[]): Promise<void> {
  for (let i = 0; i < 12; i++) {
    const bytes = versions[i % versions.length] ?? new Uint8Array();
    await target.put('k', reopenable(bytes), META);
  }
}
