import { fileURLToPath } from 'node:url';
import { bundleEdited } from '@lading/fixtures';
import { type Browser, findChromium, launchChromium, type Page } from '@lading/vitest-preset/chromium';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AttackServer, startAttackServer } from './attack-server.js';
import { ATTACKS } from './attack-table.js';
import { type AttackTranscripts, transcriptsOf } from './attack-transcripts.js';
import type { PagePlayer } from './page-player.js';
import { createScene } from './scene.js';
import { type Outcome, type Transcript, writeTranscripts } from './transcript.js';

const executable = findChromium();

describe.skipIf(executable === undefined)('the 64 attacks in Chromium', () => {
  let browser: Browser;
  let server: AttackServer;
  let page: Page;
  const played: AttackTranscripts[] = [];

  beforeAll(async () => {
    server = await startAttackServer();
    server.files.set('page', new TextEncoder().encode('<!doctype html><title>Attacks</title>'));
    browser = await launchChromium(executable ?? '');
    page = await browser.newPage();
    await page.goto(`${server.main.url}page`);
    const content = await bundleEdited(fileURLToPath(new URL('page-player.ts', import.meta.url)));
    await page.addScriptTag({ content, type: 'module' });
    const scene = await createScene(server.serve);
    for (const attack of ATTACKS) played.push(await transcriptsOf(attack, scene));
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  const play = (transcripts: readonly Transcript[]): Promise<readonly Outcome[]> =>
    page.evaluate((json) => (globalThis as unknown as PagePlayer).playTranscripts(json), writeTranscripts(transcripts));

  test('are refused with the same codes as in Node, and what ran before goes on', async () => {
    const outcomes = await play(played.map(({ refused }) => refused));
    const verdicts = outcomes.map(({ verdict }, i) => `${ATTACKS[i]?.id} ${verdict}`);
    expect(verdicts).toEqual(ATTACKS.map(({ id, code }) => `${id} ${code}`));
    const broken = outcomes.flatMap(({ lost }, i) => (lost.length > 0 ? [ATTACKS[i]?.id] : []));
    expect(broken).toEqual(ATTACKS.flatMap(({ id, breaks }) => (breaks === true ? [id] : [])));
    console.info(`attacks in Chromium: ${outcomes.length} refused as in Node`);
  });

  test('are accepted without the attack', async () => {
    const outcomes = await play(played.map(({ control }) => control));
    expect(
      outcomes.flatMap(({ verdict }, i) => (verdict === 'accepted' ? [] : [`${ATTACKS[i]?.id} ${verdict}`])),
    ).toEqual([]);
    expect(outcomes).toHaveLength(64);
  });
});
