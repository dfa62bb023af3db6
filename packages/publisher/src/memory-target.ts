import { type Digest, digestOf } from '@lading/manifest';
import { bodySizeBytes, collectBody } from './object-body.js';
import type { ObjectInfo, ObjectMeta, PublishTarget, PutCondition, TargetCallOptions } from './publish-target.js';
import { conflictError, tooLargeError, wrongBodyError } from './target-errors.js';
import { assertTargetKey, compareKeys } from './target-key.js';

/** What a {@link memoryTarget} holds of one object. */
export interface MemoryObject {
  readonly bytes: Uint8Array;
  readonly meta: ObjectMeta;
  readonly info: ObjectInfo;
}

/** A publish target in memory. `objects` is what it holds; tests and previews read it. */
export interface MemoryTarget extends PublishTarget {
  readonly objects: ReadonlyMap<string, MemoryObject>;
}

/** Options of {@link memoryTarget}. */
export interface MemoryTargetOptions {
  /** When an object is written. Default: objects tell no time. */
  readonly now?: (() => Date) | undefined;
}

/**
 * Makes a publish target that keeps everything in memory: the reference of the contract, for tests and previews.
 *
 * @example
 * const target = memoryTarget();
 * await target.put('a', new Uint8Array(3), { contentType: 'application/zip', cacheControl: 'no-cache' });
 * (await target.head('a'))?.sizeBytes; // → 3
 */
export function memoryTarget({ now }: MemoryTargetOptions = {}): MemoryTarget {
  const objects = new Map<string, MemoryObject>();

  async function prepare(key: string, body: Uint8Array, meta: ObjectMeta): Promise<MemoryObject> {
    const bytes = body.slice();
    const digest: Digest = await digestOf(bytes);
    if (meta.digest !== undefined && meta.digest !== digest) throw wrongBodyError(key, meta.digest, digest);
    return { bytes, meta, info: { key, sizeBytes: bytes.length, etag: digest, modifiedAt: now?.(), digest } };
  }

  function store(object: MemoryObject, options?: TargetCallOptions): ObjectInfo {
    options?.signal?.throwIfAborted();
    objects.set(object.info.key, object);
    options?.onProgress?.(object.bytes.length);
    return object.info;
  }

  function check(key: string, options?: TargetCallOptions): void {
    assertTargetKey(key);
    options?.signal?.throwIfAborted();
  }

  return {
    name: 'memory',
    capabilities: { conditionalPut: true, digests: true },
    objects,
    async head(key, options) {
      check(key, options);
      return objects.get(key)?.info;
    },
    async get(key, options) {
      check(key, options);
      const object = objects.get(key);
      if (object === undefined) return undefined;
      if (object.bytes.length > options.maxBytes) throw tooLargeError(key, options.maxBytes, object.bytes.length);
      return { info: object.info, bytes: object.bytes.slice() };
    },
    async put(key, body, meta, options) {
      check(key, options);
      const whole = { start: 0, end: bodySizeBytes(body), signal: options?.signal };
      return store(await prepare(key, await collectBody(body, whole), meta), options);
    },
    async *list(prefix, options) {
      const keys = [...objects.keys()].filter((key) => key.startsWith(prefix)).sort(compareKeys);
      for (const key of keys) {
        options?.signal?.throwIfAborted();
        const object = objects.get(key);
        if (object !== undefined) yield object.info;
      }
    },
    async putIf(key, body, meta, condition, options) {
      check(key, options);
      const object = await prepare(key, body, meta);
      assertCondition(key, condition, objects.get(key)?.info.etag);
      return store(object, options);
    },
    async remove(key, options) {
      check(key, options);
      objects.delete(key);
    },
  };
}

function assertCondition(key: string, condition: PutCondition, etag: string | undefined): void {
  const expected = 'ifMatch' in condition ? condition.ifMatch : undefined;
  if (etag !== expected) throw conflictError(key, condition, etag);
}
