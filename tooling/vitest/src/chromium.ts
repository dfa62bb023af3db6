import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';

export type { Browser, Page } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

// Root needs --no-sandbox; the others keep the browser from looking for the outside world.
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Path of the machine's Chromium, or undefined after a line that says what is missing. */
export function findChromium(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const found = NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find((file) => existsSync(file));
  if (found === undefined)
    console.info('No Chromium here: browser tests are skipped (Debian: apt-get install chromium).');
  return found;
}

/** Starts the machine's Chromium without a window. */
export function launchChromium(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, headless: true, args: FLAGS });
}

/** Opens an empty page in a secure context (WebCrypto is there) and runs a module in it. No server is needed. */
export async function openScriptPage(browser: Browser, script: string): Promise<Page> {
  const page = await browser.newPage();
  const url = 'http://localhost/empty';
  await page.route(url, (route) =>
    route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>Test</title>' }),
  );
  await page.goto(url);
  await page.addScriptTag({ content: script, type: 'module' });
  return page;
}
