import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type MemoryTarget, memoryTarget, type PublishTarget, patientTarget } from '@lading/publisher';
import { folderTarget } from '@lading/publisher/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runSuite } from './conformance-suite.js';
import { publishTargetConformance } from './publish-target-conformance.js';

describe('memoryTarget', () => {
  const memory = new WeakMap<PublishTarget, MemoryTarget>();
  const suite = publishTargetConformance({
    create: async () => {
      const target = memoryTarget();
      memory.set(target, target);
      return target;
    },
    storedMeta: async (target, key) => memory.get(target)?.objects.get(key)?.meta,
  });
  runSuite(suite, { describe, it });
});

describe('patientTarget', () => {
  const suite = publishTargetConformance({ create: async () => patientTarget(memoryTarget()) });
  runSuite(suite, { describe, it });
});

describe('folderTarget', () => {
  const folders = new WeakMap<PublishTarget, string>();
  const folderOf = (target: PublishTarget): string => folders.get(target) ?? '';
  let scratch: string;
  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'lading-conformance-'));
  });
  afterAll(() => rm(scratch, { recursive: true, force: true }));

  const suite = publishTargetConformance({
    create: async () => {
      const dir = join(await mkdtemp(join(scratch, 'case-')), 'new');
      const target = folderTarget(dir);
      folders.set(target, dir);
      return target;
    },
    reopen: async (target) => folderTarget(folderOf(target)),
    destroy: async (target) => {
      expect(existsSync(join(folderOf(target), '.lading')), 'leaves nothing of its own in the folder').toBe(false);
      await rm(folderOf(target), { recursive: true, force: true });
    },
    createMissing: async () => {
      const path = join(await mkdtemp(join(scratch, 'case-')), 'file');
      await writeFile(path, 'a file');
      return folderTarget(path);
    },
  });
  runSuite(suite, { describe, it });
});

/** A target with one promise broken. */
function broken(change: (target: MemoryTarget) => Partial<PublishTarget>): () => Promise<PublishTarget> {
  return async () => {
    const target = memoryTarget();
    return { ...target, ...change(target) };
  };
}

const MUTANTS: Record<string, () => Promise<PublishTarget>> = {
  'of eight racing creators exactly one wins': broken((target) => ({
    putIf: (key, body, meta, _condition, options) => target.put(key, body, meta, options),
  })),
  'get never gives more than maxBytes': broken((target) => ({
    get: (key) => target.get(key, { maxBytes: Number.MAX_SAFE_INTEGER }),
  })),
  'a prefix is a text, not a folder': broken((target) => ({
    list: (prefix) => target.list(prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`),
  })),
  'what is not there is undefined': broken((target) => ({
    head: async (key) => (await target.head(key)) ?? { key, sizeBytes: 0, etag: '' },
  })),
  'a body that ends early is refused and leaves nothing': broken((target) => ({
    async put(key, body, meta) {
      const chunks: Uint8Array[] = [];
      if (body instanceof Uint8Array) chunks.push(body);
      else for await (const chunk of body.open(0, body.sizeBytes)) chunks.push(chunk);
      return target.put(key, Buffer.concat(chunks), meta);
    },
  })),
};

describe('publishTargetConformance', () => {
  it.each(Object.keys(MUTANTS))('fails a target that breaks: %s', async (name) => {
    const create = MUTANTS[name];
    const suite = publishTargetConformance({ create: create ?? (async () => memoryTarget()) });
    await expect(suite.cases.find((testCase) => testCase.name === name)?.run()).rejects.toThrow();
  });
});
