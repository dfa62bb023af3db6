import { answerVectorLine } from '../src/answer-vector.js';

/** What the page of the corpora has on its global object. */
export interface PageAnswers {
  answerVectorLines(lines: readonly string[]): Promise<readonly string[]>;
}

async function answerVectorLines(lines: readonly string[]): Promise<readonly string[]> {
  const answers: string[] = [];
  for (const line of lines) answers.push(await answerVectorLine(line));
  return answers;
}

Object.assign(globalThis, { answerVectorLines } satisfies PageAnswers);
