import { BROWSERS, findBrowser, launchBrowser, type TestBrowser } from '@lading/fixtures/browsers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { HELLO, loosen, serveWebSite, type WebSite } from './web-site.js';

type Page = Awaited<ReturnType<TestBrowser['newPage']>>;

declare function start(options?: object, root?: string): Promise<object>;
declare function startRemote(): Promise<string>;
declare function got(url: string, init?: object): Promise<Record<string, unknown>>;
declare function byXhr(url: string, type?: string): Promise<object>;
declare function abortedXhr(url: string): Promise<string>;
declare function removedSource(url: string): Promise<string>;
declare function imageWidth(url: string, how: string): Promise<string>;
declare function audioSeconds(url: string): Promise<string>;
declare function viaElement(tag: string, url: string): Promise<string>;
declare function imported(url: string): Promise<string>;
declare function inWorker(script: string): Promise<string>;
declare function inFrame(url: string): Promise<string>;
declare function unmount(): Promise<void>;
declare function closeRuntime(): Promise<void>;
declare function errors(): string[];
declare function urlOf(path: string): string;
declare function nativeFetch(): boolean;

describe.each(BROWSERS.filter((name) => findBrowser(name) !== undefined))('a page served from mounts in %s', (name) => {
  let browser: TestBrowser;
  let site: WebSite;
  let page: Page;

  beforeAll(async () => {
    browser = await launchBrowser(name);
  });
  afterAll(() => browser?.close());
  beforeEach(async () => {
    site = await serveWebSite();
    page = await open();
  });
  afterEach(async () => {
    await page.close();
    await site.close();
  });

  const open = async (): Promise<Page> => {
    const opened = await browser.newPage();
    await opened.goto(site.url);
    await opened.waitForSelector('html[data-state=ready]');
    return opened;
  };
  const tierA = async (): Promise<void> => {
    expect(await page.evaluate(() => start())).toMatchObject({ tier: 'worker', reasons: [] });
  };
  const tierB = async (): Promise<void> => {
    expect(await page.evaluate(() => start({ tiers: ['patch'] }))).toMatchObject({ tier: 'patch' });
  };

  describe('by a service worker', () => {
    it('answers fetch, XHR, images, audio, scripts, styles, modules and workers, and the server is asked for nothing', async () => {
      await tierA();
      expect(await page.evaluate(() => got('assets/hello.txt?v=2'))).toMatchObject({
        ...{ status: 200, text: HELLO, type: 'text/plain; charset=utf-8', isDigest: true },
      });
      expect(await page.evaluate(() => got('assets/Größe 1.txt'))).toMatchObject({ text: 'named' });
      expect(await page.evaluate(() => byXhr('assets/data.json', 'arraybuffer'))).toMatchObject({
        status: 200,
        response: 18,
      });
      for (const how of ['src', 'setAttribute', 'innerHTML']) {
        expect(await page.evaluate((one) => imageWidth('assets/picture.svg', one), how)).toBe('40 assets/picture.svg');
      }
      expect(await page.evaluate(() => audioSeconds('assets/tone.wav'))).toBe('1.0');
      expect(await page.evaluate(() => viaElement('script', 'assets/script.js'))).toBe('load');
      expect(await page.evaluate(() => Reflect.get(globalThis, 'ranScript'))).toBe(true);
      expect(await page.evaluate(() => viaElement('link', 'assets/style.css'))).toBe('load');
      expect(await page.evaluate(() => imported('assets/module.js'))).toBe('the archive');
      expect(await page.evaluate(() => inWorker('asset-worker.js'))).toBe(`200 ${HELLO}`);
      expect(site.assetRequests()).toEqual([]);
    });

    it('answers frames of the page, which have no runtime of their own', async () => {
      loosen(site, 'default-src *');
      await page.reload();
      await page.waitForSelector('html[data-state=ready]');
      await tierA();
      expect(await page.evaluate(() => inFrame('assets/hello.txt'))).toBe(`200 ${HELLO}`);
      expect(site.assetRequests()).toEqual([]);
    });

    it('answers ranges as a server does', async () => {
      await tierA();
      const ranged = (range: string): Promise<Record<string, unknown>> =>
        page.evaluate((value) => got('assets/hello.txt', { headers: { range: value } }), range);
      expect(await ranged('bytes=0-4')).toMatchObject({
        status: 206,
        text: 'hello',
        range: 'bytes 0-4/22',
        length: '5',
      });
      expect(await ranged('bytes=-7')).toMatchObject({ status: 206, text: 'archive', range: 'bytes 15-21/22' });
      expect(await ranged('bytes=99-')).toMatchObject({ status: 416, range: 'bytes */22' });
      expect(await page.evaluate(() => got('assets/hello.txt', { method: 'HEAD' }))).toMatchObject({
        status: 200,
        text: '',
        length: '22',
      });
    });

    it('leaves to the network what no mount has', async () => {
      await tierA();
      site.files.set('assets/beside.json', new TextEncoder().encode('beside'));
      expect(await page.evaluate(() => got('assets/beside.json'))).toMatchObject({ status: 200, text: 'beside' });
      expect(await page.evaluate(() => got('assets/nowhere.txt'))).toMatchObject({ status: 404 });
      await page.evaluate(() => unmount());
      expect(await page.evaluate(() => got('assets/hello.txt'))).toMatchObject({ status: 404 });
    });

    it('fails a resource whose bytes are not the signed ones, and never asks the network for it instead', async () => {
      const key = [...site.files.keys()].find((one) => one.startsWith('archives/')) ?? '';
      const bytes = site.files.get(key) ?? new Uint8Array();
      const at = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf(HELLO);
      bytes[at] = (bytes[at] ?? 0) ^ 1;
      site.files.set('assets/hello.txt', new TextEncoder().encode('unverified'));
      expect(await page.evaluate(() => startRemote())).toBe('worker');
      expect(await page.evaluate(() => got('assets/hello.txt'))).toMatchObject({
        status: 502,
        text: expect.stringMatching(/^ERR_/),
      });
      expect(await page.evaluate(() => errors())).toEqual([
        expect.stringMatching(/^\/assets\/hello\.txt ERR_(VERIFY|ARCHIVE)_/),
      ]);
      expect(await page.evaluate(() => got('assets/data.json'))).toMatchObject({ status: 200 });
    });

    it('serves each tab from its own runtime, and goes on when the worker was stopped', async () => {
      await tierA();
      const other = await open();
      expect(await other.evaluate(() => got('assets/hello.txt'))).toMatchObject({ status: 404 }); // it has started none
      await other.evaluate(() => start());
      await page.evaluate(() => unmount());
      expect(await page.evaluate(() => got('assets/hello.txt'))).toMatchObject({ status: 404 });
      expect(await other.evaluate(() => got('assets/hello.txt'))).toMatchObject({ status: 200 });
      await other.close();
      if (name !== 'chromium') return;
      await page.evaluate(() => closeRuntime());
      await tierA();
      const session = await page.createCDPSession();
      await session.send('ServiceWorker.enable');
      await session.send('ServiceWorker.stopAllWorkers');
      expect(await page.evaluate(() => got('assets/hello.txt'))).toMatchObject({ status: 200, text: HELLO });
    });

    it('hears pages that start at the same time, each of them', async () => {
      const tabs = [page, await open(), await open(), await open()];
      const started = tabs.map((tab) => tab.evaluate(() => start({ worker: 'slow-worker.js' })));
      for (const serving of await Promise.all(started)) expect(serving).toMatchObject({ tier: 'worker', reasons: [] });
      const statuses = tabs.map((tab) => tab.evaluate(() => got('assets/hello.txt')));
      expect((await Promise.all(statuses)).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
      for (const tab of tabs.slice(1)) await tab.close();
    });

    it('controls the page again after a reload that went around it', async () => {
      await tierA();
      if (name !== 'chromium') return;
      const session = await page.createCDPSession();
      await session.send('Page.enable');
      const reloaded = page.waitForNavigation();
      await session.send('Page.reload', { ignoreCache: true });
      await reloaded;
      await page.waitForSelector('html[data-state=ready]');
      await tierA();
      expect(await page.evaluate(() => got('assets/hello.txt'))).toMatchObject({ status: 200 });
    });

    it('keeps what it downloaded, so that the next visit downloads nothing', async () => {
      await tierA();
      await page.reload();
      await page.waitForSelector('html[data-state=ready]');
      const before = site.server.requests.length;
      await tierA();
      expect(await page.evaluate(() => got('assets/hello.txt'))).toMatchObject({ status: 200, text: HELLO });
      expect(site.server.requests.slice(before).filter((request) => request.includes('archives/'))).toEqual([]);
    });

    it('ends with the runtime', async () => {
      await tierA();
      await page.evaluate(() => closeRuntime());
      expect(await page.evaluate(() => got('assets/hello.txt'))).toMatchObject({ status: 404 });
    });
  });

  describe('where no worker can serve', () => {
    it.each([
      ['its script is not there', { worker: 'nowhere.js' }, 'ERR_WORKER_MISSING'],
      ['its script is no script', { worker: 'root.1.json' }, 'ERR_WORKER_TYPE'],
      ['the page is outside its scope', { scope: './elsewhere/' }, 'ERR_WORKER_SCOPE'],
      ['its scope is above its script', { scope: '/' }, 'ERR_WORKER_SCOPE'],
      ['it is of another build', { worker: 'old-worker.js' }, 'ERR_WORKER_VERSION'],
      ['it does not answer', { worker: 'silent-worker.js', servingTimeoutMs: 300 }, 'ERR_WORKER_VERSION'],
    ])('says why and patches the page: %s', async (_, options, code) => {
      expect(await page.evaluate((given) => start(given), options)).toMatchObject({
        tier: 'patch',
        reasons: [code],
        hints: true,
      });
      expect(await page.evaluate(() => got('assets/hello.txt'))).toMatchObject({ status: 200, text: HELLO });
      expect(site.assetRequests()).toEqual([]);
    });

    it('patches the page in a sandboxed frame, which has neither workers nor storage', async () => {
      loosen(site, 'default-src * blob:');
      site.files.set(
        'frame.html',
        new TextEncoder().encode(`<iframe sandbox="allow-scripts" src="${site.url}index.html"></iframe>`),
      );
      await page.goto(`${site.url}frame.html`);
      const frame = await page.waitForFrame((one) => one.url().endsWith('index.html'));
      await frame.waitForSelector('html[data-state=ready]');
      expect(await frame.evaluate(() => start())).toMatchObject({
        tier: 'patch',
        reasons: [name === 'chromium' ? 'ERR_WORKER_UNSUPPORTED' : 'ERR_WORKER_BLOCKED'],
        hints: true,
      });
      expect(await frame.evaluate(() => got('assets/hello.txt'))).toMatchObject({ status: 200, text: HELLO });
      expect(await frame.evaluate(() => imageWidth('assets/picture.svg', 'src'))).toMatch(
        /^40 .*assets\/picture\.svg$/,
      );
      expect(site.assetRequests()).toEqual([]);
    });
  });

  describe('by a patched page', () => {
    it('answers fetch under the strictest policy, and the server is asked for nothing', async () => {
      await tierB();
      expect(await page.evaluate(() => got('assets/hello.txt'))).toMatchObject({
        ...{ status: 200, text: HELLO, url: 'assets/hello.txt', isDigest: true },
      });
      expect(await page.evaluate(() => got('assets/hello.txt', { headers: { range: 'bytes=0-4' } }))).toMatchObject({
        status: 206,
        text: 'hello',
      });
      expect(site.assetRequests()).toEqual([]);
    });

    it('gives XHR and elements object URLs, where the policy of the page allows them, and reads back what was put in', async () => {
      loosen(site, "default-src 'self' blob:");
      await page.reload();
      await page.waitForSelector('html[data-state=ready]');
      await tierB();
      expect(await page.evaluate(() => byXhr('assets/data.json', 'arraybuffer'))).toEqual({
        status: 200,
        response: 18,
        url: 'assets/data.json',
      });
      expect(await page.evaluate(() => byXhr('assets/hello.txt'))).toMatchObject({ status: 200, response: HELLO });
      for (const how of ['src', 'setAttribute']) {
        expect(await page.evaluate((one) => imageWidth('assets/picture.svg', one), how)).toBe('40 assets/picture.svg');
      }
      expect(await page.evaluate(() => audioSeconds('assets/tone.wav'))).toBe('1.0');
      expect(await page.evaluate(() => viaElement('script', 'assets/script.js'))).toBe('load');
      expect(await page.evaluate(() => viaElement('link', 'assets/style.css'))).toBe('load');
      expect(await page.evaluate(() => imageWidth('assets/nowhere.svg', 'src'))).toBe('error');
      expect(site.assetRequests()).toEqual(['GET assets/nowhere.svg']);
    });

    it('gives up what the page gives up', async () => {
      loosen(site, "default-src 'self' blob:");
      await page.reload();
      await page.waitForSelector('html[data-state=ready]');
      await tierB();
      expect(await page.evaluate(() => abortedXhr('assets/data.json'))).toBe('abort loadend');
      expect(await page.evaluate(() => removedSource('assets/picture.svg'))).toBe('[] 0');
    });

    it('gives the page back its own when it ends', async () => {
      await tierB();
      expect(await page.evaluate(() => nativeFetch())).toBe(false);
      await page.evaluate(() => closeRuntime());
      expect(await page.evaluate(() => nativeFetch())).toBe(true);
      expect(await page.evaluate(() => got('assets/hello.txt'))).toMatchObject({ status: 404 });
      expect(await page.evaluate(() => byXhr('assets/hello.txt'))).toMatchObject({ status: 404 });
      expect(await page.evaluate(() => imageWidth('assets/picture.svg', 'src'))).toBe('error');
    });
  });

  it('serves nothing by itself where no tier is wished', async () => {
    expect(await page.evaluate(() => start({ tiers: [] }))).toMatchObject({ tier: 'explicit', reasons: [] });
    expect(await page.evaluate(() => got('assets/hello.txt'))).toMatchObject({ status: 404 });
    expect(await page.evaluate(() => urlOf('/assets/Größe 1.txt'))).toMatch(/\/assets\/Gr%C3%B6%C3%9Fe%201\.txt$/);
  });
});
