import { type Browser, findChromium, launchChromium } from '@lading/vitest-preset/chromium';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { showEngine } from './engine-page.js';
import { type EngineSite, serveEngine } from './engine-site.js';
import { DRAWN, HERO } from './level-content.js';

const executable = findChromium();

const FACTS = { engine: '187', title: 'The harbour', seconds: 0.5, credits: 'made by hand', failed: [] };

describe.skipIf(executable === undefined)('three.js in Chromium', () => {
  let browser: Browser;
  let site: EngineSite;

  beforeAll(async () => {
    [browser, site] = await Promise.all([launchChromium(executable ?? ''), serveEngine('three')]);
  });
  afterAll(async () => {
    await browser?.close();
    await site?.close();
  });

  it('draws textures and a glTF model with what it refers to, and has sound and data, from mounted archives', async () => {
    const { facts, colours, errors } = await showEngine(browser, site);
    expect(facts).toEqual(FACTS);
    expect(colours).toEqual(DRAWN);
    expect(errors).toEqual([]);
    expect(site.otherRequests()).toEqual(['GET credits.txt']);
  });

  it('fails what cannot be verified, and what was not preloaded, each with its reason, and never asks the network instead', async () => {
    const tampered = await serveEngine('three');
    tampered.tamper(HERO);
    const { facts, colours, errors } = await showEngine(browser, tampered, {
      wish: 'archives=remote',
      slow: 'archives/shared', // Good bytes come after the error of the bad ones.
    });
    expect(facts).toEqual({ ...FACTS, failed: ['preload', 'hero'] });
    expect(colours[0]).not.toEqual(DRAWN[0]);
    expect(colours.slice(1)).toEqual(DRAWN.slice(1));
    expect(errors).toEqual([
      expect.stringMatching(/entry "pictures.hero.png": wrong stored bytes/),
      expect.stringContaining('/pictures/hero.png is mounted, but was not preloaded'),
    ]);
    expect(tampered.otherRequests()).toEqual(['GET credits.txt']);
    await tampered.close();
  });
});
