import { type Browser, findChromium, launchChromium, type Page } from '@lading/vitest-preset/chromium';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type GallerySite, serveGallery } from './gallery-site.js';

const executable = findChromium();

describe.skipIf(executable === undefined)('the gallery page in Chromium', () => {
  let browser: Browser;
  let site: GallerySite;
  let page: Page;
  let violations: string[];

  beforeAll(async () => {
    browser = await launchChromium(executable ?? '');
  });
  afterAll(() => browser?.close());

  beforeEach(async () => {
    site = await serveGallery();
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    violations = [];
    page.on('console', (message) => {
      if (message.text().includes('Content Security Policy')) violations.push(message.text());
    });
    page.on('pageerror', (error) => violations.push(error.message));
  });
  afterEach(async () => {
    await page.close();
    await site.close();
    expect(violations).toEqual([]);
  });

  const open = async (): Promise<void> => {
    await page.goto(site.server.url);
    await page.locator('.tile button').first().waitFor();
  };
  const enter = (room: string): Promise<void> =>
    page.locator(`[data-root="/rooms/${room}.json"] button`).first().click();
  const archiveRequests = (): readonly string[] =>
    site.server.requests.filter((request) => request.includes('archives/'));

  it('shows what each room costs, and has downloaded no archive', async () => {
    await open();
    const tile = page.locator('[data-root="/rooms/red.json"]');
    expect(await tile.textContent()).toMatch(/\d+ (kB|B) · 2 archives · 4 files/);
    expect(archiveRequests()).toEqual([]);
    expect(await page.locator('tbody#mounts').textContent()).toContain('Nothing is mounted yet.');
    expect(await page.locator('#release').textContent()).toContain('✓ from the pinned root');
  });

  it('draws the pictures of a room from the mounted archives, and lists the mounts', async () => {
    await open();
    await enter('red');
    await page.locator('#room figure').nth(1).waitFor();
    const pictures = await drawnPictures(page);
    expect(pictures).toEqual([
      { path: '/pictures/red.png', width: 128, colours: 2, isBlob: true },
      { path: '/pictures/shared.png', width: 96, colours: 2, isBlob: true },
    ]);
    expect(await page.locator('tbody#mounts tr').allTextContents()).toEqual([
      expect.stringMatching(/^20red\s*local3/),
      expect.stringMatching(/^10shared\s*local1/),
    ]);
    expect(site.server.requests.filter((request) => request.includes('.png'))).toEqual([]);
  });

  it('downloads what rooms share once, and counts every byte', async () => {
    await open();
    await enter('red');
    await page.locator('#room-title', { hasText: 'Room red' }).waitFor();
    expect(await page.locator('[data-root="/rooms/green.json"]').textContent()).toMatch(/ 1 archive · 3 files/);
    await enter('green');
    await page.locator('#room-title', { hasText: 'Room green' }).waitFor();
    expect(archiveRequests().filter((request) => request.includes('shared'))).toHaveLength(1);
    const total = site.layout.release.archives.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0).toLocaleString('en');
    expect(await page.locator('#bill').textContent()).toContain(`planned${total} Bdownloaded${total} Barchives3`);
  });

  it('shows the typed error of a tampered archive and draws nothing', async () => {
    await open();
    const key = [...site.files.keys()].find((name) => name.startsWith('archives/red.')) ?? '';
    const bytes = Uint8Array.from(site.files.get(key) ?? []);
    bytes[200] = (bytes[200] ?? 0) ^ 1;
    site.files.set(key, bytes);
    await enter('red');
    const problem = page.locator('.problem');
    await problem.waitFor();
    expect(await problem.getAttribute('data-code')).toMatch(/^ERR_VERIFY_/);
    expect(await problem.getAttribute('role')).toBe('alert');
    expect(await page.locator('#room img').count()).toBe(0);
    expect(await page.locator('#room').isVisible()).toBe(false);
  });

  it('lets the visitor try again once the server is well', async () => {
    await open();
    const key = [...site.files.keys()].find((name) => name.startsWith('archives/red.')) ?? '';
    const bytes = site.files.get(key) ?? new Uint8Array();
    site.files.delete(key);
    await enter('red');
    await page.locator('.problem[data-code="ERR_SOURCE_MISSING"]').waitFor();
    site.files.set(key, bytes);
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.locator('#room figure').nth(1).waitFor();
    expect(await page.locator('.problem').count()).toBe(0);
  });

  it('opens nothing for a channel that another root signed', async () => {
    const other = await serveGallery();
    site.files.set('root.1.json', other.layout.root);
    await other.close();
    await page.goto(site.server.url);
    await page.locator('.problem').waitFor();
    expect(await page.locator('.problem').getAttribute('data-code')).toMatch(/^ERR_(TRUST|ENVELOPE)/);
    expect(await page.locator('.tile').count()).toBe(0);
    expect(archiveRequests()).toEqual([]);
  });

  it('plays a room from its archive', async () => {
    await open();
    await enter('green');
    const listen = page.getByRole('button', { name: 'Listen' });
    await listen.click();
    await page.getByRole('button', { name: 'Silence', pressed: true }).waitFor();
  });

  it('opens the inspector, which has seen what the page read', async () => {
    await open();
    await enter('red');
    await page.locator('#room-title', { hasText: 'Room red' }).waitFor();
    await page.getByRole('button', { name: 'Inspector' }).click();
    await page.getByRole('tab', { name: 'Requests' }).click();
    expect(await page.locator('tr[data-path="/pictures/red.png"]').textContent()).toContain('verified');
    await page.keyboard.press('Escape');
    expect(await page.getByRole('tablist').count()).toBe(0);
  });

  it('has no control for what its content has not: resolutions, themes, a server that publishes', async () => {
    await open();
    expect(await page.locator('#playground button').allTextContents()).toEqual(['Look for news', 'Inspector']);
    expect(await page.locator('#playground input').count()).toBe(0);
  });

  it('is used with the keyboard alone, and says where the focus went', async () => {
    await open();
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('To the rooms');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.locator('#room-title').waitFor();
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('room-title');
    expect(await page.locator('#status').textContent()).toContain('all verified');
  });

  it('fits a phone, light and dark', async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    await open();
    await enter('red');
    await page.locator('#room figure').nth(1).waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    const paper = (): Promise<string> => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    await page.emulateMedia({ colorScheme: 'light' });
    const light = await paper();
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await paper()).not.toBe(light);
  });
});

interface DrawnPicture {
  readonly path: string;
  readonly width: number;
  readonly colours: number;
  readonly isBlob: boolean;
}

/** What the browser really shows: sizes, and how many colours there are on a canvas that each picture was drawn on. */
function drawnPictures(page: Page): Promise<readonly DrawnPicture[]> {
  return page.evaluate(async () => {
    const images = [...document.querySelectorAll<HTMLImageElement>('#room img')];
    return Promise.all(
      images.map(async (image) => {
        await image.decode();
        const canvas = document.createElement('canvas');
        [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
        const context = canvas.getContext('2d');
        context?.drawImage(image, 0, 0);
        const pixels = new Uint32Array(
          context?.getImageData(0, 0, canvas.width, canvas.height).data.buffer ?? new ArrayBuffer(0),
        );
        return {
          path: image.dataset.path ?? '',
          width: image.naturalWidth,
          colours: new Set(pixels).size,
          isBlob: image.src.startsWith('blob:'),
        };
      }),
    );
  });
}
