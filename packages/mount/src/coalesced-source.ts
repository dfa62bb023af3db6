import type { ByteSource, ReadOptions } from './byte-source.js';
import { assertSourceRange } from './source-range.js';
import { COALESCE_GAP_BYTES, COALESCE_MAX_BYTES } from './zip/read-plan.js';

/** Options of {@link coalescedSource}. */
export interface CoalesceOptions {
  /** Reads this near to each other become one. Default 64 KiB. */
  readonly gapBytes?: number | undefined;
  /** Merged reads do not grow beyond this. Default 1 MiB. */
  readonly maxBytes?: number | undefined;
}

/** The defaults of {@link CoalesceOptions}. */
export const COALESCE_DEFAULTS: { readonly gapBytes: number; readonly maxBytes: number } = {
  gapBytes: COALESCE_GAP_BYTES,
  maxBytes: COALESCE_MAX_BYTES,
};

/**
 * Makes a byte source that merges reads of one macrotask which lie near each other into one read of `source`: forty
 * neighbours cost one request instead of forty. A merged read goes on as long as one of its readers wants it.
 *
 * @example
 * const source = coalescedSource(await httpSource(url, { sizeBytes }));
 */
export function coalescedSource(source: ByteSource, options: CoalesceOptions = {}): ByteSource {
  const gapBytes = options.gapBytes ?? COALESCE_DEFAULTS.gapBytes;
  const maxBytes = options.maxBytes ?? COALESCE_DEFAULTS.maxBytes;
  let waiting: PendingRead[] = [];
  const flush = (): void => {
    const reads = waiting;
    waiting = [];
    for (const group of mergeReads(reads, gapBytes, maxBytes)) void readGroup(source, group);
  };
  return {
    name: source.name,
    sizeBytes: source.sizeBytes,
    async read(offset, length, { signal } = {}) {
      assertSourceRange(source, offset, length);
      signal?.throwIfAborted();
      if (length === 0) return new Uint8Array();
      return new Promise((resolve, reject) => {
        if (waiting.length === 0) setTimeout(flush, 0);
        waiting.push({ offset, length, signal, resolve, reject });
      });
    },
    close: async () => source.close?.(),
  };
}

interface PendingRead extends ReadOptions {
  readonly offset: number;
  readonly length: number;
  resolve(bytes: Uint8Array<ArrayBuffer>): void;
  reject(reason: unknown): void;
}

interface ReadGroup {
  readonly offset: number;
  end: number;
  readonly reads: PendingRead[];
}

function mergeReads(reads: readonly PendingRead[], gapBytes: number, maxBytes: number): ReadGroup[] {
  const groups: ReadGroup[] = [];
  const sorted = [...reads].sort((a, b) => a.offset - b.offset);
  for (const read of sorted) {
    const end = read.offset + read.length;
    const last = groups.at(-1);
    const fits = last !== undefined && read.offset - last.end <= gapBytes && end - last.offset <= maxBytes;
    if (fits) {
      last.reads.push(read);
      last.end = Math.max(last.end, end);
    } else groups.push({ offset: read.offset, end, reads: [read] });
  }
  return groups;
}

async function readGroup(source: ByteSource, group: ReadGroup): Promise<void> {
  const controller = new AbortController();
  let wanted = 0;
  const leave: (() => void)[] = [];
  for (const read of group.reads) {
    const { signal } = read;
    if (signal?.aborted === true) {
      read.reject(signal.reason);
      continue;
    }
    wanted++;
    const onAbort = (): void => {
      read.reject(signal?.reason);
      if (--wanted === 0) controller.abort(signal?.reason);
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    leave.push(() => signal?.removeEventListener('abort', onAbort));
  }
  if (wanted === 0) return;
  try {
    const bytes = await source.read(group.offset, group.end - group.offset, { signal: controller.signal });
    for (const read of group.reads) {
      const from = read.offset - group.offset;
      read.resolve(bytes.slice(from, from + read.length));
    }
  } catch (error) {
    for (const read of group.reads) read.reject(error);
  } finally {
    for (const done of leave) done();
  }
}
