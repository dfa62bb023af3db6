import { type Browser, findChromium, launchChromium } from '@lading/vitest-preset/chromium';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { showEngine } from './engine-page.js';
import { type EngineSite, serveEngine } from './engine-site.js';
import { DRAWN, HERO } from './level-content.js';

const executable = findChromium();

const FACTS = { engine: '8.22.0', title: 'The harbour', font: 'Press Start', credits: 'made by hand', failed: [] };

describe.skipIf(executable === undefined)('PixiJS in Chromium', () => {
  let browser: Browser;
  let site: EngineSite;

  beforeAll(async () => {
    [browser, site] = await Promise.all([launchChromium(executable ?? ''), serveEngine('pixi')]);
  });
  afterAll(async () => {
    await browser?.close();
    await site?.close();
  });

  it('draws textures and a sprite sheet, and has a web font and data, from mounted archives', async () => {
    const { facts, colours, errors } = await showEngine(browser, site);
    expect(facts).toEqual(FACTS);
    expect(colours).toEqual(DRAWN);
    expect(errors).toEqual([]);
    expect(site.otherRequests()).toEqual(['GET credits.txt']);
  });

  it('reports what it could not load, and the reason in the console, where bytes are not the signed ones', async () => {
    const tampered = await serveEngine('pixi');
    tampered.tamper(HERO);
    const { facts, colours, errors } = await showEngine(browser, tampered, { wish: 'archives=remote' });
    expect(facts).toEqual({ ...FACTS, failed: ['hero'] });
    expect(colours[0]).not.toEqual(DRAWN[0]);
    expect(colours.slice(1)).toEqual(DRAWN.slice(1));
    expect(errors).toEqual([expect.stringMatching(/entry "pictures.hero.png": wrong stored bytes/)]);
    await tampered.close();
  });
});
