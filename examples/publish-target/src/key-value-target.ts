import { createHash, randomUUID } from 'node:crypto';
import {
  assertTargetKey,
  conflictError,
  type ObjectBody,
  type ObjectInfo,
  type ObjectMeta,
  type PublishTarget,
  readBody,
  type TargetCallOptions,
  tooLargeError,
  wrongBodyError,
} from '@lading/publisher';
import type { KeyValueStore } from './key-value-store.js';

/** What stands under an object's key: where its parts are. Writing it is what makes the object visible, whole. */
interface Head {
  readonly id: string;
  readonly parts: number;
  readonly sizeBytes: number;
  readonly digest: `sha256:${string}`;
  readonly contentType: string;
  readonly cacheControl: string;
}

/**
 * Makes a publish target of a key-value database. Its values are small, so an object is cut into parts under a name of its
 * own, and one small head, written last, says where they are: a reader has the old object or the new one.
 */
export function keyValueTarget(store: KeyValueStore): PublishTarget {
  async function readHead(
    key: string,
    options: TargetCallOptions = {},
  ): Promise<{ head: Head; version: string } | undefined> {
    const found = await store.get(`head/${key}`, { signal: options.signal });
    return found && { head: JSON.parse(new TextDecoder().decode(found.value)) as Head, version: found.version };
  }

  async function writeParts(
    key: string,
    body: ObjectBody,
    meta: ObjectMeta,
    options: TargetCallOptions,
  ): Promise<Head> {
    const { signal, onProgress } = options;
    const id = randomUUID();
    const hash = createHash('sha256');
    const end = body instanceof Uint8Array ? body.length : body.sizeBytes;
    let parts = 0;
    let sizeBytes = 0;
    try {
      for await (const chunk of readBody(body, { start: 0, end, signal })) {
        for (let at = 0; at < chunk.length; at += store.maxValueBytes) {
          const part = chunk.subarray(at, at + store.maxValueBytes);
          hash.update(part);
          await store.set(partKey(id, parts++), part, { signal });
          sizeBytes += part.length;
          onProgress?.(sizeBytes);
        }
      }
      if (sizeBytes === 0) onProgress?.(0);
      const digest = `sha256:${hash.digest('hex')}` as const;
      if (meta.digest !== undefined && meta.digest !== digest) throw wrongBodyError(key, meta.digest, digest);
      signal?.throwIfAborted();
      const { contentType, cacheControl } = meta;
      return { id, parts, sizeBytes, digest, contentType, cacheControl };
    } catch (error) {
      await deleteParts({ id, parts });
      throw error;
    }
  }

  /** Parts that no head names any more. A reader that still wants them reads the head again. */
  async function deleteParts({ id, parts }: Pick<Head, 'id' | 'parts'>): Promise<void> {
    for (let part = 0; part < parts; part++) await store.delete(partKey(id, part), {});
  }

  async function readParts({ id, parts }: Head, options: TargetCallOptions): Promise<Uint8Array | undefined> {
    const chunks: Uint8Array[] = [];
    for (let part = 0; part < parts; part++) {
      const found = await store.get(partKey(id, part), { signal: options.signal });
      if (found === undefined) return undefined;
      chunks.push(found.value);
    }
    return Buffer.concat(chunks);
  }

  async function write(
    key: string,
    body: ObjectBody,
    meta: ObjectMeta,
    options: TargetCallOptions,
    expected?: string,
  ): Promise<ObjectInfo | undefined> {
    const before = await readHead(key, options);
    const head = await writeParts(key, body, meta, options);
    const value = new TextEncoder().encode(JSON.stringify(head));
    const { signal } = options;
    const version = await store.set(`head/${key}`, value, { signal, ...(expected === undefined ? {} : { expected }) });
    await deleteParts(version === undefined ? head : (before?.head ?? { id: '', parts: 0 }));
    return version === undefined ? undefined : infoOf(key, head, version);
  }

  function check(key: string, options: TargetCallOptions = {}): void {
    assertTargetKey(key);
    options.signal?.throwIfAborted();
  }

  return {
    name: 'key-value database',
    capabilities: { conditionalPut: true, digests: true },
    async head(key, options) {
      check(key, options);
      const found = await readHead(key, options);
      return found && infoOf(key, found.head, found.version);
    },
    async get(key, options) {
      check(key, options);
      for (let found = await readHead(key, options); found !== undefined; found = await readHead(key, options)) {
        if (found.head.sizeBytes > options.maxBytes) throw tooLargeError(key, options.maxBytes, found.head.sizeBytes);
        const bytes = await readParts(found.head, options);
        if (bytes !== undefined) return { info: infoOf(key, found.head, found.version), bytes };
      }
      return undefined;
    },
    async put(key, body, meta, options = {}) {
      check(key, options);
      const info = await write(key, body, meta, options);
      if (info === undefined) throw new Error('unreachable: without a condition nothing is refused');
      return info;
    },
    async putIf(key, body, meta, condition, options = {}) {
      check(key, options);
      const expected = 'ifMatch' in condition ? condition.ifMatch : 'none';
      const info = await write(key, body, meta, options, expected);
      if (info === undefined) throw conflictError(key, condition, (await readHead(key, options))?.version);
      return info;
    },
    async *list(prefix, options = {}) {
      options.signal?.throwIfAborted();
      for await (const [key, value] of store.entries(`head/${prefix}`, { signal: options.signal })) {
        const head = JSON.parse(new TextDecoder().decode(value)) as Head;
        yield { key: key.slice('head/'.length), sizeBytes: head.sizeBytes };
      }
    },
    async remove(key, options) {
      check(key, options);
      const found = await readHead(key, options);
      await store.delete(`head/${key}`, { signal: options?.signal });
      if (found !== undefined) await deleteParts(found.head);
    },
  };
}

function partKey(id: string, part: number): string {
  return `part/${id}/${part}`;
}

function infoOf(key: string, { sizeBytes, digest }: Head, version: string): ObjectInfo {
  return { key, sizeBytes, digest, etag: version };
}
