import { Deflate, deflateSync } from 'fflate';

/**
 * Name, version and level of the deflate encoder of canonical archives. It stands in the release: another encoder makes
 * other bytes, and other bytes cost every player a download. (`node:zlib` will not do: its output differs between builds.)
 */
export const DEFLATE_ENCODER = 'fflate@0.8.3/6';

/** What a release says of an archive without a deflated member. */
export const STORE_ENCODER = 'store';

const LEVEL = 6;
/** Bytes above which a member is deflated in chunks and never held whole. Part of the format: it decides bytes. */
export const STREAM_THRESHOLD_BYTES: number = 16 * 1_048_576;
/** Input of each step of the streaming encoder. Part of the format as well. */
const CHUNK_BYTES = 65_536;

/** Deflates bytes that are at hand, at most {@link STREAM_THRESHOLD_BYTES}. @internal */
export function deflateWhole(bytes: Uint8Array): Uint8Array {
  return deflateSync(bytes, encoderOptions(bytes.length));
}

/** How fflate deflates so many bytes at once. @internal */
export function encoderOptions(sizeBytes: number): { readonly level: typeof LEVEL; readonly mem: HashMemory } {
  return { level: LEVEL, mem: hashMemory(sizeBytes) };
}

type HashMemory = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

/** Deflates a stream, in steps that do not depend on how the input is cut. @internal */
export async function* deflateChunks(input: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const output: Uint8Array[] = [];
  const encoder = new Deflate({ level: LEVEL, mem: 8 }, (chunk) => {
    if (chunk.length > 0) output.push(chunk);
  });
  for await (const step of evenChunks(input)) {
    encoder.push(step, false);
    yield* output.splice(0);
  }
  encoder.push(new Uint8Array(), true);
  yield* output;
}

/** Tells whether deflate is worth it: it has to save at least 5 %. @internal */
export function isWorthDeflating(sizeBytes: number, deflatedSizeBytes: number): boolean {
  return deflatedSizeBytes * 20 <= sizeBytes * 19;
}

/** The input again, in copies of exactly {@link CHUNK_BYTES}; the last one may be shorter. */
async function* evenChunks(input: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  let step = new Uint8Array(CHUNK_BYTES);
  let filled = 0;
  for await (const chunk of input) {
    for (let from = 0; from < chunk.length; ) {
      const part = chunk.subarray(from, from + CHUNK_BYTES - filled);
      step.set(part, filled);
      filled += part.length;
      from += part.length;
      if (filled < CHUNK_BYTES) continue;
      yield step;
      // The encoder may keep a step, so each has its own memory.
      step = new Uint8Array(CHUNK_BYTES);
      filled = 0;
    }
  }
  if (filled > 0) yield step.subarray(0, filled);
}

/** fflate's own choice goes through `Math.log`, which no standard makes exact; this one is whole numbers. */
function hashMemory(sizeBytes: number): HashMemory {
  const bits = 32 - Math.clz32(sizeBytes);
  return Math.min(8, Math.max(0, bits - 12)) as HashMemory;
}
