import { buildLayout, type FileServer, type Layout, layoutKeys, serveFiles } from '@lading/fixtures';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { memoryOrigin } from './memory-origin.js';
import { memoryStore } from './memory-store.js';
import type { MountStore } from './mount-store.js';
import { createRuntime, type Runtime } from './runtime.js';
import type { RuntimeEvent } from './runtime-events.js';

const keys = await layoutKeys();
const ROOTS = { '/level.json': ['level'] };

/** Content that does not compress, of a seed of its own. */
function noise(seed: number, sizeBytes: number): Uint8Array {
  let state = seed + 1;
  return Uint8Array.from({ length: sizeBytes }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  });
}

interface Member {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly deflate?: boolean;
}

const member = (name: string, seed: number, sizeBytes = 4_000): Member => ({ name, bytes: noise(seed, sizeBytes) });
const MEMBERS = Array.from({ length: 200 }, (_, i) => member(`m${String(i).padStart(3, '0')}`, i));

const layoutOf = (
  archives: Parameters<typeof buildLayout>[0]['archives'],
  sequence: number,
  before?: Layout,
  roots: Record<string, string[]> = ROOTS,
): Promise<Layout> => buildLayout({ keys, archives, roots, sequence, before: before?.files });

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

interface Updated {
  readonly runtime: Runtime;
  readonly events: RuntimeEvent[];
  /** Lines of requests for archives, after the first release was there. */
  readonly requests: string[];
  readonly receivedBytes: number;
  readonly sizeBytes: number;
}

interface UpdateOptions {
  readonly store?: MountStore;
  readonly hook?: FileServer['hook'];
  readonly roots?: Record<string, string[]>;
}

/** A player who has one release gets another one over HTTP. */
async function update(
  from: Parameters<typeof buildLayout>[0]['archives'],
  to: Parameters<typeof buildLayout>[0]['archives'],
  { store = memoryStore(), hook, roots }: UpdateOptions = {},
): Promise<Updated> {
  const first = await layoutOf(from, 1, undefined, roots);
  const files = new Map(first.files);
  const server = await serveFiles(files);
  closers.push(() => server.close());
  const events: RuntimeEvent[] = [];
  const channel = `${server.url}channels/stable.json`;
  const onEvent = (event: RuntimeEvent): void => void events.push(event);
  const runtime = await createRuntime({ store, channel, keys: first.root, onEvent, retryDelayMs: 1 });
  closers.push(() => runtime.close());
  await runtime.ensure('/level.json');
  const next = await layoutOf(to, 2, first, roots);
  for (const [key, bytes] of next.files) files.set(key, bytes);
  await runtime.refresh();
  events.length = 0;
  const before = server.requests.length;
  if (hook !== undefined) server.hook = hook;
  const { receivedBytes } = await runtime.ensure('/level.json');
  const requests = server.requests.slice(before).filter((line) => line.includes('archives/'));
  const sizeBytes = next.release.archives.reduce((sum, archive) => sum + archive.sizeBytes, 0);
  return { runtime, events, requests, receivedBytes, sizeBytes };
}

const ofType = <Type extends RuntimeEvent['type']>(events: readonly RuntimeEvent[], type: Type) =>
  events.filter((event): event is Extract<RuntimeEvent, { type: Type }> => event.type === type);

describe('a delta', () => {
  test('fetches what changed and the directory, and no more than a twentieth beside', async () => {
    const changed = MEMBERS.map((one, i) => (i % 20 === 7 ? member(one.name, 1_000 + i) : one));
    const { runtime, events, receivedBytes, sizeBytes } = await update(
      { level: { members: MEMBERS } },
      { level: { members: changed } },
    );
    const changedBytes = 10 * (4_000 + 30 + 4);
    const directoryBytes = 200 * (46 + 4 + 71) + 22;
    expect(receivedBytes).toBeLessThanOrEqual(1.05 * changedBytes + directoryBytes);
    expect(receivedBytes).toBeGreaterThanOrEqual(changedBytes + directoryBytes);
    expect(ofType(events, 'downloadEnded')).toMatchObject([
      { archive: 'level', receivedBytes, reusedBytes: sizeBytes - receivedBytes },
    ]);
    for (const { name, bytes } of changed) expect(Buffer.compare(await runtime.read(`/${name}`), bytes), name).toBe(0);
  });

  test('takes members from any archive that is here, whatever they were called', async () => {
    const half = MEMBERS.slice(0, 100);
    const renamed = half.map(({ bytes }, i) => ({ name: `renamed/${i}`, bytes }));
    const { runtime, receivedBytes } = await update(
      { level: { members: half }, other: { members: MEMBERS.slice(100) } },
      { level: { members: [...MEMBERS.slice(100), ...renamed] } },
      { roots: { '/level.json': ['level'] } },
    );
    // Of "other" the player has nothing: it is no part of the root. Of the renamed half everything is here.
    expect(receivedBytes).toBeGreaterThan(100 * 4_000);
    expect(receivedBytes).toBeLessThan(100 * 4_100 + 200 * 140);
    expect(await runtime.read('/renamed/3')).toEqual(new Uint8Array(half[3]?.bytes ?? []));
  });

  test('asks for near stretches together, and not for each member', async () => {
    const changed = MEMBERS.map((one, i) => (i >= 50 && i < 70 && i !== 60 ? member(one.name, 2_000 + i) : one));
    const { requests, events } = await update({ level: { members: MEMBERS } }, { level: { members: changed } });
    expect(ofType(events, 'deltaStarted')[0]?.requests).toBeLessThanOrEqual(2);
    expect(requests.length).toBeLessThanOrEqual(3);
  });

  test('is not tried where most is new, and for small archives', async () => {
    const other = MEMBERS.map(({ name }, i) => member(name, 5_000 + i));
    const all = await update({ level: { members: MEMBERS } }, { level: { members: other } });
    expect(ofType(all.events, 'deltaStarted')).toEqual([]);
    const small = await update(
      { level: { members: MEMBERS.slice(0, 3) } },
      { level: { members: MEMBERS.slice(0, 4) } },
    );
    expect(small.requests).toHaveLength(1);
  });

  test('that comes to other bytes is thrown away, and the archive fetched whole', async () => {
    // Same directory, another local header than the canonical writer's: what is composed cannot be right.
    const changed = MEMBERS.map((one, i) => (i === 9 ? member(one.name, 3_000) : one));
    const next = await layoutOf({ level: { members: changed } }, 2);
    const [archive] = next.release.archives;
    const zip = {
      bytes: new Uint8Array(next.files.get(archive?.key ?? '') ?? []),
      directory: archive?.directory,
      entries: 200,
    };
    zip.bytes[10] = 1; // The time in the first local header.
    const { createHash } = await import('node:crypto');
    const digest = `sha256:${createHash('sha256').update(zip.bytes).digest('hex')}`;
    const { events, runtime, receivedBytes, sizeBytes } = await update(
      { level: { members: MEMBERS } },
      { level: { zip: { ...zip, digest } as never } },
    );
    expect(ofType(events, 'downloadRetried').map(({ error }) => (error as { code: string }).code)).toEqual([
      'ERR_VERIFY_DIGEST',
    ]);
    expect(receivedBytes).toBe(sizeBytes);
    // The whole archive is right by its digest; its first member is refused when it is read.
    expect(await runtime.read('/m010')).toEqual(new Uint8Array(MEMBERS[10]?.bytes ?? []));
  });

  test('whose ranges fail half way goes on as a whole download from there, and says why', async () => {
    const changed = MEMBERS.map((one, i) => (i === 20 || i === 150 ? member(one.name, 4_000 + i) : one));
    let ranges = 0;
    const { events, runtime } = await update(
      { level: { members: MEMBERS } },
      { level: { members: changed } },
      {
        hook: (request, response, key) => {
          const range = /bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
          if (!key.startsWith('archives/') || range === null || ++ranges < 3) return false;
          response.writeHead(404).end();
          return true;
        },
      },
    );
    expect(ofType(events, 'deltaFailed').map(({ error }) => (error as { code: string }).code)).toEqual([
      'ERR_SOURCE_MISSING',
    ]);
    for (const { name, bytes } of changed) expect(Buffer.compare(await runtime.read(`/${name}`), bytes), name).toBe(0);
  });

  test('fetches again what has rotted here', async () => {
    const store = memoryStore();
    const rotten: MountStore = {
      ...store,
      archives: {
        ...store.archives,
        open: async (digest) => {
          const source = await store.archives.open(digest);
          return (
            source && {
              ...source,
              read: async (offset, length) => {
                const bytes = await source.read(offset, length);
                const at = 30_000 - offset; // A byte in the eighth member.
                if (isRotten && at >= 0 && at < length) bytes[at] = (bytes[at] ?? 0) ^ 1;
                return bytes;
              },
            }
          );
        },
      },
    };
    let isRotten = false;
    const changed = MEMBERS.map((one, i) => (i === 100 ? member(one.name, 6_000) : one));
    const hook: FileServer['hook'] = () => {
      isRotten = true;
      return false;
    };
    const options = { store: rotten, hook };
    const { receivedBytes, events } = await update(
      { level: { members: MEMBERS } },
      { level: { members: changed } },
      options,
    );
    isRotten = false;
    expect(ofType(events, 'downloadRetried')).toEqual([]);
    expect(receivedBytes).toBeGreaterThan(2 * 4_000);
    expect(receivedBytes).toBeLessThan(3 * 4_100 + 200 * 140);
  });

  test('composes any archive from any other, byte by byte', async () => {
    const anyMembers = fc.uniqueArray(
      fc.record({
        name: fc.stringMatching(/^[a-zж]{1,6}$/),
        seed: fc.nat(12),
        sizeBytes: fc.nat(9_000),
        deflate: fc.boolean(),
      }),
      { selector: ({ name }) => name, minLength: 1, maxLength: 40 },
    );
    const membersOf = (list: { name: string; seed: number; sizeBytes: number; deflate: boolean }[]): Member[] =>
      list.map(({ name, seed, sizeBytes, deflate }) => ({
        name,
        deflate,
        bytes: deflate ? noise(seed, sizeBytes).map((byte) => byte & 3) : noise(seed, sizeBytes),
      }));
    const big = Array.from({ length: 12 }, (_, seed) => ({ name: `m${seed}`, seed, sizeBytes: 8_000, deflate: false }));
    let deltas = 0;
    await fc.assert(
      fc.asyncProperty(anyMembers, anyMembers, fc.nat(40), async (a, b, kept) => {
        const from = membersOf(a);
        const names = new Set(b.map(({ name }) => name));
        const to = [...from.slice(0, kept).filter(({ name }) => !names.has(name)), ...membersOf(b)];
        const first = await layoutOf({ level: { members: from } }, 1);
        const files = new Map(first.files);
        const events: RuntimeEvent[] = [];
        const onEvent = (event: RuntimeEvent): void => void events.push(event);
        const runtime = await createRuntime({
          store: memoryStore(),
          origin: memoryOrigin(files),
          keys: first.root,
          onEvent,
        });
        await runtime.ensure('/level.json');
        const next = await layoutOf({ level: { members: to } }, 2, first);
        for (const [key, bytes] of next.files) files.set(key, bytes);
        await runtime.refresh();
        const missing = runtime.missing('/level.json').bytes;
        const { receivedBytes } = await runtime.ensure('/level.json');
        expect(receivedBytes).toBeLessThanOrEqual(missing);
        expect(ofType(events, 'downloadRetried')).toEqual([]);
        deltas += ofType(events, 'deltaStarted').length;
        for (const { name, bytes } of to) expect(Buffer.compare(await runtime.read(`/${name}`), bytes), name).toBe(0);
        await runtime.close();
      }),
      // The example is worth a delta for certain: of random ones, which are small, there may be none in a short run.
      { numRuns: process.env.LADING_LONG === undefined ? 60 : 1_000, examples: [[big, big.slice(0, 1), 12]] },
    );
    expect(deltas).toBeGreaterThan(0);
  }, 120_000);
});
