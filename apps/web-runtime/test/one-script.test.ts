import { BROWSERS, findBrowser, launchBrowser, type TestBrowser } from '@lading/fixtures/browsers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GallerySite, serveGallery } from './gallery-site.js';

const page = (attributes: string): Uint8Array =>
  new TextEncoder().encode(`<!doctype html><meta charset="utf-8"><title>A game</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'self'">
<script type="module" src="lading.js" ${attributes}></script>`);

describe.each(BROWSERS.filter((name) => findBrowser(name) !== undefined))('one script element in %s', (name) => {
  let browser: TestBrowser;
  let site: GallerySite;
  beforeAll(async () => {
    browser = await launchBrowser(name);
    site = await serveGallery();
  });
  afterAll(async () => {
    await browser?.close();
    await site?.close();
  });

  it('is enough: content of a static host is where the page asks for it', async () => {
    const attributes = 'data-channel="channels/stable.json" data-root="root.1.json" data-ensure="/rooms/red.json"';
    site.files.set('one.html', page(attributes));
    const tab = await browser.newPage();
    await tab.goto(`${site.server.url}one.html`);
    await tab.waitForFunction(() => 'lading' in globalThis);
    const shown = await tab.evaluate(async () => {
      const { lading } = globalThis as unknown as { lading: Promise<{ serving: { tier: string } }> };
      const { serving } = await lading;
      const image = new Image();
      image.src = 'pictures/red.png';
      await image.decode();
      return `${serving.tier} ${image.naturalWidth}`;
    });
    expect(shown).toBe('worker 128');
    expect(site.server.requests.filter((request) => request.includes('.png'))).toEqual([]);
    await tab.close();
  });

  it('says what is missing in it', async () => {
    site.files.set('wrong.html', page('data-channel="channels/stable.json"'));
    const tab = await browser.newPage();
    const said: string[] = [];
    tab.on('console', (message) => said.push(message.text()));
    await tab.goto(`${site.server.url}wrong.html`);
    await tab.waitForFunction(() => 'lading' in globalThis);
    const error = await tab.evaluate(() =>
      (globalThis as unknown as { lading: Promise<never> }).lading.catch((one: { code: string }) => one.code),
    );
    expect(error).toBe('ERR_SCRIPT');
    expect(said.join()).toContain('data-root');
    site.files.set('rootless.html', page('data-channel="channels/stable.json" data-root="nowhere.json"'));
    await tab.goto(`${site.server.url}rootless.html`);
    await tab.waitForFunction(() => 'lading' in globalThis);
    const missing = await tab.evaluate(() =>
      (globalThis as unknown as { lading: Promise<never> }).lading.catch((one: Error) => one.message),
    );
    expect(missing).toMatch(/nowhere\.json: the server answered 404$/);
    await tab.close();
  });
});
