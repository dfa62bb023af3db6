import type { ObjectBody, ObjectMeta, PublishTarget } from '@lading/publisher';
import { expectSameBytes, expectThat } from './expectations.js';

/** 12 MiB and a byte: several parts of any upload that has parts, and an uneven last one. */
export const LARGE_BYTES: number = 12 * 1024 * 1024 + 1;
export const META: ObjectMeta = { contentType: 'application/octet-stream', cacheControl: 'no-cache' };
export const META_JSON: ObjectMeta = { contentType: 'application/json', cacheControl: 'public, max-age=60' };

export async function expectContent(target: PublishTarget, key: string, expected: Uint8Array): Promise<void> {
  const got = await target.get(key, { maxBytes: expected.length });
  expectThat(got !== undefined, `"${key}" is not there`);
  expectSameBytes(got.bytes, expected, `"${key}"`);
}

export async function listKeys(target: PublishTarget, prefix: string, signal?: AbortSignal): Promise<string[]> {
  const keys: string[] = [];
  for await (const object of target.list(prefix, { signal })) keys.push(object.key);
  return keys;
}

/** A body in pieces of 64 KiB that can be opened again at any place; tells each place that is read. */
export function reopenable(bytes: Uint8Array, onRead?: (start: number) => void): Exclude<ObjectBody, Uint8Array> {
  return {
    sizeBytes: bytes.length,
    async *open(start, end) {
      for (let at = start; at < Math.min(end, bytes.length); at += 65_536) {
        onRead?.(at);
        yield bytes.slice(at, Math.min(at + 65_536, end));
      }
    },
  };
}

/** Bytes that differ from place to place and from seed to seed. */
export function pattern(length: number, seed: number = 0): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = (i * 31 + (i >>> 8) * 17 + (i >>> 16) + seed * 101) & 0xff;
  return bytes;
}

export function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

export function byUtf8(a: string, b: string): number {
  const encoder = new TextEncoder();
  const left = encoder.encode(a);
  const right = encoder.encode(b);
  const at = left.findIndex((byte, i) => byte !== right[i]);
  return at === -1 ? left.length - right.length : (left[at] ?? 0) - (right[at] ?? -1);
}
