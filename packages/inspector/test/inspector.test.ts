import type { FileServer } from '@lading/fixtures';
import { type Browser, findChromium, launchChromium, type Page } from '@lading/vitest-preset/chromium';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RecordedRuntime } from '../src/record-runtime.js';
import { serveInspected } from './inspector-site.js';

const executable = findChromium();

describe.skipIf(executable === undefined)('the inspector in Chromium', () => {
  let browser: Browser;
  let server: FileServer;
  let page: Page;
  let troubles: string[];

  beforeAll(async () => {
    browser = await launchChromium(executable ?? '');
    server = await serveInspected();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  beforeEach(async () => {
    page = await browser.newPage({ viewport: { width: 1280, height: 860 } });
    troubles = [];
    page.on('console', (message) => {
      if (message.text().includes('Content Security Policy')) troubles.push(message.text());
    });
    page.on('pageerror', (error) => troubles.push(error.message));
    await page.goto(server.url);
    await page.waitForSelector('html[data-state=ready]');
  });
  afterEach(async () => {
    await page.close();
    expect(troubles).toEqual([]);
  });

  const ensure = (root: string): Promise<string> =>
    inGame(page, async (runtime, path) => (await runtime.ensure(path)).root, root);
  const read = (path: string): Promise<string> =>
    inGame(page, async (runtime, one) => new TextDecoder().decode(await runtime.read(one)), path);
  const open = async (panel: string): Promise<void> => {
    if (await page.locator('.opener').isVisible()) await page.locator('.opener').click();
    await page.getByRole('tab', { name: panel }).click();
  };
  const panel = (id: string) => page.locator(`#${id}`);

  it('stays a button until it is opened, says at a glance what is there, and goes by keyboard alone', async () => {
    const opener = page.locator('.opener');
    expect(await opener.textContent()).toBe('Lading 0 mounted · 0 B');
    await ensure('/levels/1.txt');
    await page.waitForFunction(() =>
      document.querySelector('lading-inspector')?.shadowRoot?.textContent?.includes('2 mounted'),
    );
    await page.keyboard.press('Control+Shift+L');
    expect(await page.getByRole('tab', { selected: true }).textContent()).toBe('Overview');
    for (const title of ['Mounts', 'Resolve', 'Requests', 'Downloads', 'Storage', 'Diagnostics']) {
      await page.keyboard.press('ArrowRight');
      expect(await page.getByRole('tab', { selected: true }).textContent()).toBe(title);
      expect(await page.getByRole('tabpanel').count()).toBe(1);
    }
    await page.keyboard.press('Escape');
    expect(await page.locator('.drawer').isVisible()).toBe(false);
    expect(await opener.isVisible()).toBe(true);
  });

  it('shows tier, release and what verified it', async () => {
    await open('Overview');
    const text = await panel('overview').textContent();
    expect(text).toContain('explicit API');
    expect(text).toContain('verified from the pinned root');
    expect(text).toContain('memory');
  });

  it('shows the mount stack with the winner on top, and unmounts', async () => {
    await ensure('/levels/1.txt');
    await read('/skin.txt');
    await open('Mounts');
    const names = () => panel('mounts').locator('tr[data-mount] th').allTextContents();
    expect(await names()).toEqual(['theme', 'level']);
    expect(await panel('mounts').locator('tr[data-mount=theme] td').nth(6).textContent()).toBe('1');
    await page.getByRole('button', { name: 'Unmount theme' }).click();
    await page.waitForFunction(
      () => !document.querySelector('lading-inspector')?.shadowRoot?.querySelector('[data-mount=theme]'),
    );
    expect(await names()).toEqual(['level']);
    expect(await read('/skin.txt')).toMatch(/^plain/);
  });

  it('resolves a path to the mount that serves it and to those it shadows', async () => {
    await ensure('/levels/1.txt');
    await open('Resolve');
    await page.getByLabel('Path').fill('skin.txt');
    expect(await panel('resolve').locator('tr[data-mount]').allInnerTexts()).toEqual([
      expect.stringMatching(/^serves\ttheme\t20/),
      expect.stringMatching(/^shadowed\tlevel\t10/),
    ]);
    await page.getByLabel('Path').fill('/nowhere.txt');
    expect(await panel('resolve').textContent()).toContain('No mount has /nowhere.txt');
  });

  it('lists requests as they happen, and misses by themselves', async () => {
    await ensure('/levels/1.txt');
    await open('Requests');
    await read('/levels/1.txt');
    await expect(read('/nowhere.txt')).rejects.toThrow('nowhere');
    const rows = panel('requests').locator('tr[data-path]');
    await page.waitForFunction(() =>
      document.querySelector('lading-inspector')?.shadowRoot?.querySelector('[data-path="/nowhere.txt"]'),
    );
    expect(await rows.allInnerTexts()).toEqual([
      expect.stringMatching(/\/nowhere.txt\tread\tnot in any mount\tmissing\t.*\t–\tERR_RESOURCE_NOT_FOUND$/),
      expect.stringMatching(/\/levels\/1.txt\tread\tlevel\tlocal\t.*\t600 B\tverified$/),
    ]);
    await page.getByLabel('Only misses and failures').check();
    expect(await rows.count()).toBe(1);
  });

  it('counts all requests, and lists the newest 200', async () => {
    await ensure('/levels/1.txt');
    await inGame(
      page,
      async (runtime, path) => {
        for (let count = 0; count < 230; count += 1) await runtime.read(path);
      },
      '/levels/1.txt',
    );
    await open('Overview');
    expect(await panel('overview').textContent()).toContain('requests230failed0');
    await page.getByRole('tab', { name: 'Requests' }).click();
    expect(await panel('requests').locator('tr[data-path]').count()).toBe(200);
  });

  it('shows downloads: bytes that came are the bytes that were planned', async () => {
    const planned = await inGame(page, async (runtime, root) => String(runtime.missing(root).bytes), '/levels/1.txt');
    await ensure('/levels/1.txt');
    await open('Downloads');
    expect(await panel('downloads').locator('tr[data-root]').textContent()).toMatch(/whole$/);
    const rows = await inGame(page, async (runtime) => JSON.stringify(runtime.recorder.downloads.rows), '');
    const received = JSON.parse(rows).reduce(
      (total: number, row: { receivedBytes: number }) => total + row.receivedBytes,
      0,
    );
    expect(String(received)).toBe(planned);
    expect(await panel('downloads').locator('tr[data-archive]').count()).toBe(2);
  });

  it('simulates no network, a full store and broken bytes, each with its own code, and nothing stays of it', async () => {
    await ensure('/levels/1.txt');
    await open('Storage');
    await page.getByLabel('Network').selectOption('2G, 30 kB/s');
    const startedAt = Date.now();
    await inGame(page, async (runtime) => void (await runtime.refresh()), '');
    expect(Date.now() - startedAt).toBeGreaterThan(20); // a channel of more than 600 bytes, at 30 kB/s
    await page.getByLabel('Network').selectOption('as it is');
    await page.getByLabel('Offline').check();
    await expect(ensure('/levels/2.txt')).rejects.toThrow('the request failed');
    await page.getByLabel('Offline').uncheck();
    await page.getByLabel('Quota exceeded').check();
    await expect(ensure('/levels/2.txt')).rejects.toThrow('no room left');
    await page.getByLabel('Quota exceeded').uncheck();
    await page.getByLabel('Broken bytes').check();
    await expect(read('/levels/1.txt')).rejects.toThrow();
    await page.getByLabel('Broken bytes').uncheck();
    expect(await read('/levels/1.txt')).toMatch(/^one/);
    await ensure('/levels/2.txt');
    expect(await read('/levels/2.txt')).toMatch(/^two/);
    await page.getByRole('tab', { name: 'Requests' }).click();
    expect(await panel('requests').locator('.badge.bad').first().textContent()).toMatch(/^ERR_(VERIFY|ARCHIVE)_/);
  });

  it('lists what the store holds, and frees what is not mounted', async () => {
    await ensure('/levels/1.txt');
    await inGame(page, async (runtime) => void (await runtime.removeMount('theme')), '');
    await open('Storage');
    const rows = panel('storage').locator('tr[data-digest]');
    await rows.nth(1).waitFor();
    const reclaim = panel('storage').getByRole('button', { name: /^Remove / });
    expect(await reclaim.count()).toBe(1);
    await reclaim.click();
    await page.waitForFunction(
      () => document.querySelector('lading-inspector')?.shadowRoot?.querySelectorAll('[data-digest]').length === 1,
    );
    expect(await read('/levels/1.txt')).toMatch(/^one/);
  });

  it('copies diagnostics as JSON', async () => {
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await ensure('/levels/1.txt');
    await open('Diagnostics');
    await page.getByRole('button', { name: 'Copy diagnostics' }).click();
    await panel('diagnostics').locator('.notice:not(:empty)').waitFor();
    const copied = JSON.parse(await page.evaluate(() => navigator.clipboard.readText()));
    expect(copied).toMatchObject({
      page: server.url,
      store: 'memory',
      mounts: [{ name: 'theme' }, { name: 'level' }],
      downloads: [{ stage: 'done' }, { stage: 'done' }],
    });
  });

  it('is a page of its own, on a phone too, and is gone when it is removed', async () => {
    await page.setViewportSize({ width: 380, height: 700 });
    await page.goto(`${server.url}#page`);
    await page.reload();
    await page.waitForSelector('html[data-state=ready]');
    expect(await page.locator('.drawer').isVisible()).toBe(true);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    await page.evaluate(() => document.querySelector('lading-inspector')?.remove());
    await ensure('/levels/1.txt');
    expect(await page.locator('lading-inspector').count()).toBe(0);
  });
});

/** Runs something on the game's runtime, in the page. */
async function inGame<T>(
  page: Page,
  act: (runtime: RecordedRuntime, argument: string) => T | Promise<T>,
  argument: string,
): Promise<T> {
  const runtime = await page.evaluateHandle(
    () => (globalThis as unknown as { game: { runtime: RecordedRuntime } }).game.runtime,
  );
  const result: unknown = await runtime.evaluate(act as never, argument as never);
  return result as T;
}
