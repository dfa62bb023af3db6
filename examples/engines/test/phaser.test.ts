import { type Browser, findChromium, launchChromium } from '@lading/vitest-preset/chromium';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { showEngine } from './engine-page.js';
import { type EngineSite, serveEngine } from './engine-site.js';
import { DRAWN, HERO } from './level-content.js';

const executable = findChromium();

const FACTS = { engine: '4.2.1', title: 'The harbour', seconds: 0.5, credits: 'made by hand', failed: [] };

describe.skipIf(executable === undefined)('Phaser in Chromium', () => {
  let browser: Browser;
  let site: EngineSite;

  beforeAll(async () => {
    [browser, site] = await Promise.all([launchChromium(executable ?? ''), serveEngine('phaser')]);
  });
  afterAll(async () => {
    await browser?.close();
    await site?.close();
  });

  it('draws pictures and an atlas, and has sound and data, from mounted archives', async () => {
    const { facts, colours, errors } = await showEngine(browser, site);
    expect(facts).toEqual(FACTS);
    expect(colours).toEqual(DRAWN);
    expect(errors).toEqual([]);
    expect(site.otherRequests()).toEqual(['GET credits.txt']);
  });

  it('loads from archives that are only read by ranges', async () => {
    const { facts, colours } = await showEngine(browser, site, { wish: 'archives=remote' });
    expect(facts).toEqual(FACTS);
    expect(colours).toEqual(DRAWN);
    expect(site.server.requests.some((request) => / bytes=\d+-\d+$/.test(request))).toBe(true);
  });

  it('has a load error, and the reason in the console, where bytes are not the signed ones', async () => {
    const tampered = await serveEngine('phaser');
    tampered.tamper(HERO);
    const { facts, colours, errors } = await showEngine(browser, tampered, { wish: 'archives=remote' });
    expect(facts).toEqual({ ...FACTS, failed: ['hero'] });
    expect(colours[0]).not.toEqual(DRAWN[0]);
    expect(errors).toEqual([expect.stringMatching(/entry "pictures.hero.png": wrong stored bytes/)]);
    await tampered.close();
  });
});
