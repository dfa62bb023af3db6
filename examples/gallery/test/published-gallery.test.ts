import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Browser, findChromium, launchChromium, type Page } from '@lading/vitest-preset/chromium';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  contentFolder,
  type GalleryFolders,
  keysFolder,
  publishGallery,
  releaseFolder,
  type Step,
  siteFolder,
  writePageConfig,
} from '../src/publish-gallery.js';
import { pullRoom } from '../src/pull-room.js';
import { type LadingCommand, type LadingServer, runLading, serveFolder } from '../src/run-lading.js';
import { serveEditions } from '../src/serve-editions.js';

const GALLERY = resolve(import.meta.dirname, '..');
const WORKSPACE = resolve(GALLERY, '../..');
const PROGRAM = join(WORKSPACE, 'apps/cli/dist/lading.js');
const PAGE = join(WORKSPACE, 'apps/web-runtime/dist');
const LADING: LadingCommand = [process.execPath, PROGRAM];

const isBuilt = existsSync(PROGRAM) && existsSync(join(PAGE, 'index.html'));
if (!isBuilt) console.info('The CLI or the page is not built: the whole-way tests are skipped (pnpm build).');
const executable = findChromium();

describe.skipIf(!isBuilt)('the gallery, published with the CLI', () => {
  let folders: GalleryFolders;
  let steps: readonly Step[];
  let server: LadingServer;

  beforeAll(async () => {
    makeAssets();
    const work = mkdtempSync(join(tmpdir(), 'lading-gallery-'));
    folders = { assets: join(GALLERY, 'build/assets'), page: PAGE, work };
    steps = await publishGallery(LADING, folders);
    server = await serveFolder(LADING, siteFolder(folders), 0);
  });

  afterAll(async () => {
    await server?.stop();
    if (folders) rmSync(folders.work, { recursive: true, force: true });
  });

  it('has one archive for each room and more for what rooms share', () => {
    expect(steps.map(({ step }) => step)).toEqual(['keys', 'split', 'publish', 'verify', 'page']);
    const archives = readdirSync(join(contentFolder(folders), 'archives'));
    expect(archives.length).toBeGreaterThanOrEqual(5); // three rooms, the door of all, the water of two
    expect(existsSync(join(contentFolder(folders), 'channels/stable.json'))).toBe(true);
  });

  it('is cut into the same bytes again', async () => {
    const before = archiveBytes(releaseFolder(folders));
    const again = { ...folders, work: mkdtempSync(join(tmpdir(), 'lading-again-')) };
    try {
      await publishGallery(LADING, again);
      expect(archiveBytes(releaseFolder(again))).toEqual(before);
    } finally {
      rmSync(again.work, { recursive: true, force: true });
    }
  });

  it('uploads nothing new when it is published again', async () => {
    const again = await publishGallery(LADING, folders);
    expect(again.find(({ step }) => step === 'keys')?.what).toContain('kept');
    expect(again.find(({ step }) => step === 'publish')?.what).toContain(': 0 new files');
    const result = await runLading(LADING, 'verify', contentFolder(folders), '--trust', keysFolder(folders));
    expect(result).toBeTypeOf('object');
  });

  it('gives a room over HTTP, each file as it was made', async () => {
    const to = join(folders.work, 'pulled');
    const channel = new URL('content/channels/stable.json', server.url).href;
    const pulled = await pullRoom(LADING, { channel, room: '/rooms/harbour.json', keys: keysFolder(folders), to });
    expect(pulled.bytes).toBeGreaterThan(1_000_000);
    for (const path of [
      '/rooms/harbour.json',
      '/pictures/lighthouse.png',
      '/pictures/caustics.png',
      '/sounds/door.wav',
    ]) {
      const high = ['--variant', 'resolution=high,low'];
      const read = spawnSync(process.execPath, [PROGRAM, 'read', to, path, '--trust', keysFolder(folders), ...high]);
      expect(read.status, read.stderr.toString()).toBe(0);
      const file = join(folders.assets, path.replace('.png', '@high.png'));
      expect(read.stdout.equals(readFileSync(file)), path).toBe(true);
    }
  });

  describe.skipIf(executable === undefined)('in Chromium', () => {
    let browser: Browser;
    let page: Page;

    beforeAll(async () => {
      browser = await launchChromium(executable ?? '');
    });
    afterAll(() => browser?.close());

    const open = async (): Promise<void> => {
      page = await browser.newPage();
      await page.goto(server.url);
      await page.locator('.tile button').first().waitFor();
    };

    const widths = (): Promise<readonly number[]> =>
      page.evaluate(async () => {
        const images = [...document.querySelectorAll<HTMLImageElement>('#room img')];
        await Promise.all(images.map((image) => image.decode()));
        return images.map((image) => image.naturalWidth);
      });
    const enterHarbour = async (): Promise<void> => {
      await open();
      await page.getByRole('button', { name: /Enter.*The Harbour/ }).click();
      await page.locator('#room figure').nth(4).waitFor();
    };
    const news = (text: string): Promise<void> => page.locator('#news', { hasText: text }).waitFor();

    it('shows a room small first, and large in place when it is asked to', async () => {
      await enterHarbour();
      expect(await widths()).toEqual([170, 170, 170, 170, 170]);
      expect(await page.locator('tbody#mounts tr[data-mount]').count()).toBeGreaterThanOrEqual(2);
      await page.getByLabel('high').check();
      await news('Resolution: high');
      expect(await widths()).toEqual([510, 510, 510, 510, 510]);
      await page.close();
    });

    it('wears a theme of another zip above everything, and takes it off again', async () => {
      await enterHarbour();
      const source = page.locator('#room figure:has([data-path="/pictures/lighthouse.png"]) figcaption .mono');
      const before = await source.textContent();
      await page.getByLabel('Winter theme').check();
      await news('Winter: mounted');
      expect(await source.textContent()).toMatch(/^winter/);
      expect(await page.locator('tbody#mounts tr').first().textContent()).toContain('winter');
      expect(await widths()).toContain(510); // of the theme; what it does not have is as it was
      await page.getByLabel('Winter theme').uncheck();
      await news('Winter: unmounted');
      expect(await source.textContent()).toBe(before);
      await page.close();
    });

    it('leaves the switch of a theme off where its zip is not there', async () => {
      const theme = join(siteFolder(folders), 'themes/winter.zip');
      const bytes = readFileSync(theme);
      rmSync(theme);
      try {
        await enterHarbour();
        await page.getByLabel('Winter theme').click();
        await news('ERR_SOURCE_MISSING');
        expect(await page.getByLabel('Winter theme').isChecked()).toBe(false);
        expect(await widths()).toEqual([170, 170, 170, 170, 170]);
        await page.close();
      } finally {
        writeFileSync(theme, bytes);
      }
    });

    it('publishes a release by a button, says what it costs before it is downloaded, and rolls it back', async () => {
      const editions = await serveEditions(LADING, folders, server.url);
      try {
        writePageConfig(folders, editions.url);
        await enterHarbour();
        const planned = page.locator('#bill dd').first();
        const before = await planned.textContent();
        await page.getByRole('button', { name: 'Publish a new release' }).click();
        await news('The Harbour at most');
        expect(await planned.textContent()).toBe(before);
        await page.getByRole('button', { name: /Update.*The Harbour/ }).click();
        await page.locator('#room header p', { hasText: 'Tonight the light is' }).waitFor();
        await page.getByRole('button', { name: 'Roll back' }).click();
        await news('nothing to download');
        await page.getByRole('button', { name: /The Harbour/ }).click();
        await page.locator('#room header p', { hasText: 'Where every cargo starts' }).waitFor();
        await page.close();
      } finally {
        await editions.close();
        writePageConfig(folders);
      }
    });

    it('publishes for nobody but its page', async () => {
      const editions = await serveEditions(LADING, folders, server.url);
      try {
        const post = async (headers: Record<string, string>, url = editions.url): Promise<number> =>
          (await fetch(new URL('publish', url), { method: 'POST', headers })).status;
        expect(await post({ origin: 'https://elsewhere.example' })).toBe(404);
        expect(await post({})).toBe(404);
        expect(await post({ origin: new URL(server.url).origin }, new URL('/', editions.url).href)).toBe(404);
      } finally {
        await editions.close();
      }
    });

    it('shows a typed error and no picture where one byte of an archive on the server is another', async () => {
      const folder = join(contentFolder(folders), 'archives');
      const files = readdirSync(folder).map((name) => join(folder, name));
      const originals = files.map((file) => readFileSync(file));
      for (const [index, file] of files.entries()) writeFileSync(file, flipped(originals[index] ?? Buffer.alloc(0)));
      try {
        await open();
        await page.getByRole('button', { name: /Enter.*The Observatory/ }).click();
        await page.locator('.problem').waitFor();
        expect(await page.locator('.problem').getAttribute('data-code')).toMatch(/^ERR_VERIFY_/);
        expect(await page.locator('#room img').count()).toBe(0);
        await page.close();
      } finally {
        for (const [index, file] of files.entries()) writeFileSync(file, originals[index] ?? Buffer.alloc(0));
      }
    });
  });
});

function makeAssets(): void {
  const { status, stderr } = spawnSync(process.execPath, ['--import', 'tsx', join(GALLERY, 'src/make-assets.ts')], {
    cwd: GALLERY,
    encoding: 'utf8',
  });
  expect(status, stderr).toBe(0);
}

function archiveBytes(release: string): ReadonlyMap<string, string> {
  const folder = join(release, 'archives');
  return new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name)).toString('base64')]));
}

function flipped(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  const middle = Math.floor(copy.length / 2);
  copy[middle] = (copy[middle] ?? 0) ^ 1;
  return copy;
}
