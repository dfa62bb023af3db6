import type { ByteSource } from '@lading/mount';
import type { ByteSourceCheck } from './byte-source-conformance.js';
import { caughtFrom, expectCode, expectSameBytes, expectThat } from './expectations.js';

/** Bytes that differ at every offset a test looks at: a read from the wrong place shows. */
function sample(length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = (i * 31 + (i >>> 8) * 17 + (i >>> 16) * 7) & 255;
  return bytes;
}

const LARGE_BYTES = 3 * 2 ** 20;

/** What is read is what is there. */
export const SOURCE_READS: Record<string, ByteSourceCheck> = {
  async 'sizeBytes is the exact size'(create) {
    for (const size of [0, 1, 1_000]) {
      const source = await create(sample(size));
      expectThat(source.sizeBytes === size, `sizeBytes is ${source.sizeBytes}, expected ${size}`);
    }
  },
  async 'every range of a small source is exact'(create) {
    const bytes = sample(12);
    const source = await create(bytes);
    for (let offset = 0; offset <= bytes.length; offset++) {
      for (let length = 0; offset + length <= bytes.length; length++) {
        await expectRange(source, bytes, offset, length);
      }
    }
  },
  async 'nothing is read where nothing is asked for'(create) {
    for (const size of [0, 10]) {
      const source = await create(sample(size));
      for (const offset of [0, size]) await expectRange(source, sample(size), offset, 0);
    }
  },
  async 'a large source is read whole and in pieces'(create) {
    const bytes = sample(LARGE_BYTES);
    const source = await create(bytes);
    await expectRange(source, bytes, 0, LARGE_BYTES);
    for (const [offset, length] of [
      [65_535, 2],
      [1_048_575, 70_000],
      [LARGE_BYTES - 1, 1],
    ] as const) {
      await expectRange(source, bytes, offset, length);
    }
  },
  async 'many reads at once each get their own bytes'(create) {
    const bytes = sample(100_000);
    const source = await create(bytes);
    const reads = Array.from({ length: 60 }, (_, i) => ({
      offset: (i * 7_919) % 90_000,
      length: 1 + ((i * 613) % 9_000),
    }));
    await Promise.all(reads.map(({ offset, length }) => expectRange(source, bytes, offset, length)));
  },
};

/** An aborted signal rejects with its reason, and hurts nobody else. */
export const SOURCE_ABORTS: Record<string, ByteSourceCheck> = {
  async 'an aborted signal rejects with its reason'(create) {
    const source = await create(sample(100));
    const reason = new Error('not wanted');
    const signal = AbortSignal.abort(reason);
    const error = await caughtFrom(() => source.read(0, 10, { signal }), 'a read under an aborted signal');
    expectThat(error === reason, `the read rejects with ${String(error)}, not with the signal's reason`);
  },
  async 'an abort on the way rejects with its reason, or comes too late'(create) {
    const bytes = sample(LARGE_BYTES);
    const source = await create(bytes);
    const controller = new AbortController();
    const reason = new Error('not wanted any more');
    const read = source.read(0, LARGE_BYTES, { signal: controller.signal }).catch((error: unknown) => error);
    controller.abort(reason);
    const result = await read;
    if (result instanceof Uint8Array) expectSameBytes(result, bytes, 'a read that ended before the abort');
    else expectThat(result === reason, `the read rejects with ${String(result)}, not with the signal's reason`);
  },
  async 'an aborted read hurts no other'(create) {
    const bytes = sample(50_000);
    const source = await create(bytes);
    const controller = new AbortController();
    const aborted = source.read(0, 40_000, { signal: controller.signal }).catch(() => undefined);
    const other = expectRange(source, bytes, 100, 49_000);
    controller.abort(new Error('not wanted'));
    await Promise.all([aborted, other]);
    await expectRange(source, bytes, 1, 30_000);
  },
};

/** The rest of the contract. */
export const SOURCE_PROMISES: Record<string, ByteSourceCheck> = {
  async 'a range outside the source is refused'(create) {
    for (const size of [0, 10]) {
      const source = await create(sample(size));
      const outside = [
        [0, size + 1],
        [size, 1],
        [size + 1, 0],
        [-1, 1],
        [0, -1],
        [2 ** 53, 1],
        [0, 2 ** 53],
      ] as const;
      for (const [offset, length] of outside) {
        await expectCode(
          () => source.read(offset, length),
          ['ERR_SOURCE_RANGE'],
          `read(${offset}, ${length}) of ${size}`,
        );
      }
    }
  },
  async 'an offset or length that is no whole number is refused'(create) {
    const source = await create(sample(10));
    for (const wrong of [0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      await expectCode(() => source.read(wrong, 1), ['ERR_SOURCE_RANGE'], `read(${wrong}, 1)`);
      await expectCode(() => source.read(1, wrong), ['ERR_SOURCE_RANGE'], `read(1, ${wrong})`);
    }
  },
  async 'changing what was read changes no later read'(create) {
    const bytes = sample(100);
    const source = await create(bytes.slice());
    (await source.read(0, 100)).fill(0);
    await expectRange(source, bytes, 0, 100);
  },
  async 'the name is fit for messages'(create) {
    const { name } = await create(sample(1));
    expectThat(typeof name === 'string' && name !== '', 'the name is empty');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point.
    expectThat(!/[\u0000-\u001f\u007f-\u009f]/.test(name), 'the name has control characters');
    expectThat(!/\/\/[^/]*@/.test(name), 'the name has credentials');
  },
  async 'close may be called twice, and reads behind it never give wrong bytes'(create) {
    const bytes = sample(1_000);
    const source = await create(bytes);
    await expectRange(source, bytes, 10, 10);
    await source.close?.();
    await source.close?.();
    const late = await source.read(10, 10).catch(() => undefined);
    if (late !== undefined) expectSameBytes(late, bytes.subarray(10, 20), 'a read after close');
  },
};

async function expectRange(source: ByteSource, bytes: Uint8Array, offset: number, length: number): Promise<void> {
  const read = await source.read(offset, length);
  expectThat(read instanceof Uint8Array, `read(${offset}, ${length}) gives no Uint8Array`);
  expectSameBytes(read, bytes.subarray(offset, offset + length), `read(${offset}, ${length})`);
}
