import { type Browser, findChromium, launchChromium } from '@lading/vitest-preset/chromium';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { showEngine } from './engine-page.js';
import { type EngineSite, serveEngine } from './engine-site.js';
import { DRAWN, HERO } from './level-content.js';

/** What the page of an engine is to show. */
export interface EngineExpectation {
  /** Folder of the page. */
  readonly page: string;
  /** What the engine has of the content. */
  readonly facts: Readonly<Record<string, unknown>>;
  /** What the engine says that it could not load, where the bytes of the first picture are wrong. */
  readonly failed: readonly string[];
  /** Errors beside the one that says what is wrong with these bytes. */
  readonly moreErrors?: readonly RegExp[] | undefined;
}

/** Opens the page of an engine in Chromium, with content as it was signed and with content that was not. */
export function describeEngine(name: string, { page, facts, failed, moreErrors = [] }: EngineExpectation): void {
  const executable = findChromium();
  const pageFacts = { title: 'The harbour', credits: 'made by hand', failed: [], ...facts };

  describe.skipIf(executable === undefined)(`${name} in Chromium`, () => {
    let browser: Browser;
    let site: EngineSite;

    beforeAll(async () => {
      [browser, site] = await Promise.all([launchChromium(executable ?? ''), serveEngine(page)]);
    });
    afterAll(async () => {
      await browser?.close();
      await site?.close();
    });

    it('draws what is mounted and has its data, and asks the server for nothing that is', async () => {
      const show = await showEngine(browser, site);
      expect(show).toEqual({ facts: pageFacts, colours: DRAWN, errors: [] });
      expect(site.otherRequests()).toEqual(['GET credits.txt']);
    });

    it('fails bytes that are not the signed ones, says why, and draws the rest from archives read by ranges', async () => {
      const tampered = await serveEngine(page);
      tampered.tamper(HERO);
      // Good bytes come after the error of the bad ones.
      const show = await showEngine(browser, tampered, { wish: 'archives=remote', slow: 'archives/shared' });
      expect(show.facts).toEqual({ ...pageFacts, failed });
      expect(show.colours[0]).not.toEqual(DRAWN[0]);
      expect(show.colours.slice(1)).toEqual(DRAWN.slice(1));
      const errors = [/entry "pictures\/hero\.png": wrong stored bytes/, ...moreErrors];
      expect(show.errors).toEqual(errors.map((error) => expect.stringMatching(error)));
      expect(tampered.otherRequests()).toEqual(['GET credits.txt']);
      await tampered.close();
    });
  });
}
