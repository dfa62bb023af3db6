import { setTimeout as delay } from 'node:timers/promises';
import type { Browser, Page } from '@lading/vitest-preset/chromium';
import type { Colour } from './blocks-png.js';
import type { EngineSite } from './engine-site.js';

/** What a page showed. */
export interface EngineShow {
  /** What the engine says that it has of the content. */
  readonly facts: Readonly<Record<string, unknown>>;
  /** The colours in the middle of the three squares, as the browser painted them. */
  readonly colours: readonly Colour[];
  /** Errors of the page that nobody caught. */
  readonly errors: readonly string[];
}

/** How a page is opened. */
export interface ShowOptions {
  /** What the page is to do otherwise, as it stands behind `#` in its URL. */
  readonly wish?: string | undefined;
  /** Requests for keys that begin so take 300 ms more. */
  readonly slow?: string | undefined;
}

/** Opens the page of an engine and looks at what it painted. */
export async function showEngine(
  browser: Browser,
  site: EngineSite,
  { wish = '', slow }: ShowOptions = {},
): Promise<EngineShow> {
  const page = await browser.newPage({ viewport: { width: 400, height: 300 } });
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  if (slow !== undefined) {
    await page.route(`${site.server.url}${slow}*`, async (route) => {
      await delay(300);
      await route.continue();
    });
  }
  try {
    await page.goto(`${site.server.url}#${wish}`);
    await page.waitForFunction(() => document.querySelector('#facts:not(:empty)') !== null, undefined, {
      timeout: 20_000,
    });
    const facts = JSON.parse((await page.locator('#facts').textContent()) ?? '');
    return { facts, colours: await paintedColours(page), errors };
  } catch (cause) {
    throw new Error(`The page did not draw. Its errors: ${errors.join('; ')}`, { cause });
  } finally {
    await page.close();
  }
}

/** The screenshot goes back into the browser: it has the decoder. Rounded to tens, as engines that light a scene round on their way. */
async function paintedColours(page: Page): Promise<Colour[]> {
  const png = await page.screenshot({ clip: { x: 0, y: 0, width: 192, height: 64 } });
  return page.evaluate(
    async (url) => {
      const image = new Image();
      image.src = url;
      await image.decode();
      const context = new OffscreenCanvas(192, 64).getContext('2d');
      context?.drawImage(image, 0, 0);
      return [32, 96, 160].map((x) => {
        const [red = 0, green = 0, blue = 0] = context?.getImageData(x, 32, 1, 1).data ?? [];
        const [r = 0, g = 0, b = 0] = [red, green, blue].map((value) => Math.round(value / 10) * 10);
        return [r, g, b] as const;
      });
    },
    `data:image/png;base64,${png.toString('base64')}`,
  );
}
