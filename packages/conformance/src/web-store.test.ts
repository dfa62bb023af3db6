import { BROWSERS, findBrowser, launchBrowser, serveScripts, type TestBrowser } from '@lading/fixtures/browsers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const PAGE = `
import { digestOf } from '@lading/manifest';
import { webStore } from '@lading/mount/web';
import { mountStoreConformance } from './mount-store-conformance.js';

const BYTES = new Uint8Array(5_000_000).map((_, i) => (i * 31) ^ (i >> 8));

globalThis.conform = async (backend) => {
  let count = 0;
  const open = (name) => webStore({ name, backends: [backend], persist: false });
  const names = new Map();
  const create = async (name = 'store-' + count++) => {
    const store = await open(name);
    names.set(store, name);
    return store;
  };
  const reopen = backend === 'memory' ? undefined : (store) => create(names.get(store));
  const failed = [];
  const { cases } = mountStoreConformance({ create: () => create(), reopen });
  for (const { name, run } of cases) await run().catch((error) => failed.push(name + ': ' + error + JSON.stringify(error)));
  return { count: cases.length, failed };
};
globalThis.begin = async () => {
  const store = await webStore();
  const writer = await store.archives.openWriter(await digestOf(BYTES), BYTES.length);
  for (let at = 0; at < 3_500_000; at += 50_000) await writer.append(BYTES.subarray(at, at + 50_000));
  return store.name;
};
globalThis.finish = async () => {
  const { archives } = await webStore();
  const digest = await digestOf(BYTES);
  const isThereBefore = (await archives.open(digest)) !== undefined;
  const writer = await archives.openWriter(digest, BYTES.length);
  const { receivedBytes } = writer;
  await writer.append(BYTES.subarray(receivedBytes));
  await writer.commit();
  return { isThereBefore, receivedBytes, sizeBytes: (await archives.open(digest)).sizeBytes };
};
globalThis.fill = async () => {
  const { archives } = await webStore();
  const digest = await digestOf(BYTES);
  const writer = await archives.openWriter(digest, BYTES.length);
  let code = 'none';
  try {
    for (let at = 0; at < BYTES.length; at += 500_000) await writer.append(BYTES.subarray(at, at + 500_000));
  } catch (error) {
    code = error.code;
  }
  return { code, kept: (await archives.partials()).map(({ receivedBytes }) => receivedBytes) };
};
globalThis.blocked = async () => {
  Object.defineProperty(globalThis, 'indexedDB', { get() { throw new DOMException('blocked', 'SecurityError'); } });
  const { name, reasons } = await webStore();
  return { name, codes: reasons.map(({ code }) => code) };
};
`;

declare function conform(backend: string): Promise<{ count: number; failed: string[] }>;
declare function begin(): Promise<string>;
declare function finish(): Promise<{ isThereBefore: boolean; receivedBytes: number; sizeBytes: number }>;
declare function fill(): Promise<{ code: string; kept: number[] }>;
declare function blocked(): Promise<{ name: string; codes: string[] }>;

describe.each(BROWSERS.filter((name) => findBrowser(name) !== undefined))('webStore in %s', (name) => {
  let browser: TestBrowser;
  let site: Awaited<ReturnType<typeof serveScripts>>;
  const open = async () => {
    const page = await browser.newPage();
    await page.goto(site.url);
    return page;
  };
  beforeAll(async () => {
    site = await serveScripts({ page: PAGE }, import.meta.dirname);
    browser = await launchBrowser(name);
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await site.close();
  });

  it.each(['indexed-db', 'memory'])(
    'keeps every promise of a store on %s',
    async (backend) => {
      const page = await open();
      const { count, failed } = await page.evaluate((one) => conform(one), backend);
      expect(failed).toEqual([]);
      expect(count).toBeGreaterThan(20);
    },
    60_000,
  );

  it('is memory where storage is blocked, and says why', async () => {
    const page = await open();
    expect(await page.evaluate(() => blocked())).toEqual({ name: 'memory', codes: ['ERR_STORE_DENIED'] });
  }, 60_000);

  it('goes on with the download of a page that was closed in the middle', async () => {
    const page = await open();
    expect(await page.evaluate(() => begin())).toBe('indexed-db');
    await page.close();
    const next = await open();
    const { isThereBefore, receivedBytes, sizeBytes } = await next.evaluate(() => finish());
    expect([isThereBefore, sizeBytes]).toEqual([false, 5_000_000]);
    expect(receivedBytes).toBeGreaterThan(3_000_000);
  }, 60_000);

  it.skipIf(name === 'firefox')(
    'says that there is no more space, and keeps what it has',
    async () => {
      const page = await open();
      const client = await page.createCDPSession();
      await client.send('Storage.clearDataForOrigin', { origin: new URL(site.url).origin, storageTypes: 'all' });
      await client.send('Storage.overrideQuotaForOrigin', { origin: new URL(site.url).origin, quotaSize: 3_000_000 });
      const { code, kept } = await page.evaluate(() => fill());
      expect(code).toBe('ERR_STORE_FULL');
      expect(kept).toHaveLength(1);
    },
    60_000,
  );
});
