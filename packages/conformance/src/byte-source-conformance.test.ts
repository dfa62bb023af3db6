import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ByteSource, blobSource, coalescedSource, httpSource, memorySource } from '@lading/mount';
import { fileSource } from '@lading/mount/node';
import { afterAll, describe, expect, it } from 'vitest';
import { byteSourceConformance, runSuite } from './index.js';

const folder = mkdtempSync(join(tmpdir(), 'lading-conformance-'));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
async function fileOf(bytes: Uint8Array, syncUpToBytes?: number): Promise<ByteSource> {
  const path = join(folder, `${files++}.bin`);
  writeFileSync(path, bytes);
  return fileSource(path, { syncUpToBytes });
}

const objects = new Map<string, Uint8Array>();
const server = createServer((request, response) => {
  const bytes = objects.get(request.url ?? '') ?? new Uint8Array();
  const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
  if (from === undefined || request.url?.startsWith('/whole/') === true) {
    response.writeHead(200, { 'content-length': bytes.length }).end(bytes);
    return;
  }
  const part = bytes.subarray(Number(from), Number(to) + 1);
  const range = `bytes ${from}-${Number(from) + part.length - 1}/${bytes.length}`;
  response.writeHead(206, { 'content-range': range, 'content-length': part.length, etag: '"1"' }).end(part);
});
const listening = new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
afterAll(() => void server.close());

async function served(kind: 'ranges' | 'whole', bytes: Uint8Array): Promise<ByteSource> {
  await listening;
  const path = `/${kind}/${objects.size}`;
  objects.set(path, bytes.slice());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
  return httpSource(url, { sizeBytes: bytes.length });
}

describe.each<[string, (bytes: Uint8Array) => Promise<ByteSource>]>([
  ['memorySource', async (bytes) => memorySource(bytes)],
  ['blobSource', async (bytes) => blobSource(new Blob([bytes as Uint8Array<ArrayBuffer>]))],
  ['fileSource', (bytes) => fileOf(bytes)],
  ['fileSource through the thread pool', (bytes) => fileOf(bytes, 0)],
  ['httpSource', (bytes) => served('ranges', bytes)],
  ['httpSource at a server without ranges', (bytes) => served('whole', bytes)],
  ['coalescedSource', async (bytes) => coalescedSource(memorySource(bytes))],
  ['coalescedSource over HTTP', async (bytes) => coalescedSource(await served('ranges', bytes), { gapBytes: 100 })],
])('%s', (_, create) => {
  runSuite(byteSourceConformance({ create }), { describe, it });
});

/** A source with one fault; the suite must name the promise that it breaks. */
function faulty(bytes: Uint8Array, change: Partial<ByteSource>): ByteSource {
  return { ...memorySource(bytes), ...change };
}

describe('the suite', () => {
  it.each<[string, (bytes: Uint8Array) => ByteSource]>([
    ['sizeBytes is the exact size', (bytes) => faulty(bytes, { sizeBytes: bytes.length + 1 })],
    [
      'every range of a small source is exact',
      (bytes) =>
        faulty(bytes, {
          read: async (offset, length) => bytes.slice(offset, offset + length + 1) as Uint8Array<ArrayBuffer>,
        }),
    ],
    [
      'a range outside the source is refused',
      (bytes) =>
        faulty(bytes, {
          read: async (offset, length) => bytes.slice(offset, offset + length) as Uint8Array<ArrayBuffer>,
        }),
    ],
    [
      'an aborted signal rejects with its reason',
      (bytes) => faulty(bytes, { read: (offset, length) => memorySource(bytes).read(offset, length) }),
    ],
    [
      'changing what was read changes no later read',
      (bytes) =>
        faulty(bytes, {
          read: async (offset, length) => bytes.subarray(offset, offset + length) as Uint8Array<ArrayBuffer>,
        }),
    ],
    ['the name is fit for messages', (bytes) => faulty(bytes, { name: 'https://user:secret@host/a' })],
    [
      'a large source is read whole and in pieces',
      (bytes) =>
        faulty(bytes, {
          read: async (offset, length) =>
            bytes.slice(offset & 0xffff, (offset & 0xffff) + length) as Uint8Array<ArrayBuffer>,
        }),
    ],
    [
      'close may be called twice, and reads behind it never give wrong bytes',
      (bytes) => {
        let isClosed = false;
        return faulty(bytes, {
          close: async () => {
            if (isClosed) throw new Error('closed twice');
            isClosed = true;
          },
        });
      },
    ],
  ])('finds a source that breaks "%s"', async (name, create) => {
    const suite = byteSourceConformance({ create: async (bytes) => create(bytes) });
    const failed: string[] = [];
    for (const testCase of suite.cases) await testCase.run().catch(() => failed.push(testCase.name));
    expect(failed).toContain(name);
  });

  it('leaves out cases by name, and refuses names that it does not have', () => {
    const create = async (bytes: Uint8Array): Promise<ByteSource> => memorySource(bytes);
    const all = byteSourceConformance({ create }).cases;
    expect(byteSourceConformance({ create, skip: [all[0]?.name ?? ''] }).cases).toHaveLength(all.length - 1);
    expect(() => byteSourceConformance({ create, skip: ['no such case'] })).toThrow('no case "no such case"');
  });

  it('closes and destroys every source that it made', async () => {
    let open = 0;
    let destroyed = 0;
    const create = async (bytes: Uint8Array): Promise<ByteSource> => {
      open++;
      return faulty(bytes, { read: () => Promise.reject(new Error('broken')) });
    };
    const suite = byteSourceConformance({ create, destroy: async () => void destroyed++ });
    for (const testCase of suite.cases) await testCase.run().catch(() => undefined);
    expect(destroyed).toBe(open);
  });
});
