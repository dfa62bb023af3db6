import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bundleEdited } from '@lading/fixtures';
import { type Browser, findChromium, launchChromium, openScriptPage, type Page } from '@lading/vitest-preset/chromium';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerVectorLine, type VectorAnswer } from '../src/index.js';
import { CORPORA, CORPUS, isExpected } from './corpus-vectors.js';
import type { PageAnswers } from './page-answers.js';

/** Characters that cross the page's border at a time. */
const BATCH_LENGTH = 4_000_000;
/** What a client judges; graphs are a matter of the build. */
const CLIENT_CORPORA = CORPORA.filter(([name]) => /^(zips|manifests|defold|signatures)/.test(name));
const executable = findChromium();

describe.skipIf(executable === undefined || !existsSync(CORPUS))('the corpora in Chromium', () => {
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    browser = await launchChromium(executable ?? '');
    page = await openScriptPage(
      browser,
      await bundleEdited(fileURLToPath(new URL('page-answers.ts', import.meta.url))),
    );
  });
  afterAll(() => browser?.close());

  async function answersOfPage(lines: readonly string[]): Promise<readonly string[]> {
    const answers: string[] = [];
    for (const batch of batches(lines)) {
      const play = (part: readonly string[]) => (globalThis as unknown as PageAnswers).answerVectorLines(part);
      answers.push(...(await page.evaluate(play, batch)));
    }
    return answers;
  }

  it.each(CLIENT_CORPORA)(
    '%s comes out as expected, with the same verdicts and codes as in Node',
    async (name, load) => {
      const vectors = load();
      const lines = vectors.map(({ id, request }) => JSON.stringify({ id, ...request }));
      const answers = (await answersOfPage(lines)).map((line) => JSON.parse(line) as VectorAnswer);
      const unexpected: string[] = [];
      for (const [i, vector] of vectors.entries()) {
        const answer = answers[i];
        const inNode = JSON.parse(await answerVectorLine(lines[i] ?? '')) as VectorAnswer;
        const isSame = answer !== undefined && verdictOf(answer) === verdictOf(inNode);
        if (answer === undefined || !isSame || !isExpected(vector, answer))
          unexpected.push(`${vector.id}: ${answer && verdictOf(answer)} here, ${verdictOf(inNode)} in Node`);
      }
      console.info(
        `${name}, Chromium: ${vectors.length - unexpected.length} of ${vectors.length} as expected and as in Node`,
      );
      expect(unexpected).toEqual([]);
      expect(vectors.length).toBeGreaterThan(0);
    },
  );
});

/** An answer without its message, which may name what the platform says. */
function verdictOf(answer: VectorAnswer): string {
  return answer.verdict === 'reject' ? answer.code : `accept ${JSON.stringify(answer.entries ?? {})}`;
}

function* batches(lines: readonly string[]): Generator<string[]> {
  let batch: string[] = [];
  let length = 0;
  for (const line of lines) {
    batch.push(line);
    length += line.length;
    if (length < BATCH_LENGTH) continue;
    yield batch;
    [batch, length] = [[], 0];
  }
  yield batch;
}
