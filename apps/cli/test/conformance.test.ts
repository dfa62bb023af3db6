import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type LadingRun, runLading } from '../src/testing/run-lading.js';
import { CORPUS, hasCorpus } from '../src/testing/test-folder.js';

interface Answer {
  readonly id: unknown;
  readonly verdict: string;
  readonly code?: string;
  readonly entries?: Readonly<Record<string, string>>;
}

const conformance = (stdin: string): Promise<LadingRun> => runLading(['conformance'], { cwd: '/', stdin });

/** One JSON object a line: a line that is anything else fails here. */
function answersOf(run: LadingRun): Answer[] {
  return run.text
    .trimEnd()
    .split('\n')
    .map((line) => {
      const answer: unknown = JSON.parse(line);
      expect(answer).toBeTypeOf('object');
      return answer as Answer;
    });
}

describe('lading conformance', () => {
  it('answers each line with one JSON object, also a line that is none, and the last one without a line end', async () => {
    const run = await conformance(
      '{"id":1,"op":"path","path":"/a/b"}\r\n\nnot JSON\n{"id":"x","op":"no-such-op"}\n{"id":2,"op":"path","path":"/a/../b"}',
    );
    expect(run.exitCode).toBe(0);
    const answers = answersOf(run);
    expect(answers.map(({ id, verdict }) => [id, verdict])).toEqual([
      [1, 'accept'],
      [null, 'reject'],
      ['x', 'reject'],
      [2, 'reject'],
    ]);
    expect(answers[3]?.code).toBe('ERR_PATH');
  });

  it.skipIf(!hasCorpus('zips'))('gives the verdicts and entries that the hostile zips ask for', async () => {
    const file = gunzipSync(readFileSync(join(CORPUS, 'zips/hostile.jsonl.gz'))).toString('utf8');
    const cases = file
      .trimEnd()
      .split('\n')
      .map(
        (line) => JSON.parse(line) as { id: string; verdict: string; zip: string; entries?: Record<string, string> },
      );
    const requests = cases.map(({ id, zip }) => JSON.stringify({ id, op: 'zip', data: zip }));
    const answers = answersOf(await conformance(`${requests.join('\n')}\n`));
    expect(answers.map(({ id }) => id)).toEqual(cases.map(({ id }) => id));
    for (const [i, { id, verdict, entries }] of cases.entries()) {
      if (verdict === 'either') continue;
      expect([id, answers[i]?.verdict]).toEqual([id, verdict]);
      if (verdict === 'accept') expect([id, answers[i]?.entries]).toEqual([id, entries]);
    }
  });
});
