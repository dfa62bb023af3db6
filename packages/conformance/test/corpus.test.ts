import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { answerVectorLine, type VectorAnswer } from '../src/index.js';
import { CORPORA, CORPUS, isExpected } from './corpus-vectors.js';

describe.skipIf(!existsSync(CORPUS))('the corpora through the vector protocol', () => {
  it.each(CORPORA)('%s comes out as expected', async (name, load) => {
    const vectors = load();
    const unexpected: string[] = [];
    for (const vector of vectors) {
      const line = await answerVectorLine(JSON.stringify({ id: vector.id, ...vector.request }));
      const answer = JSON.parse(line) as VectorAnswer;
      expect(answer.id).toBe(vector.id);
      if (!isExpected(vector, answer))
        unexpected.push(`${vector.id}: expected ${vector.verdict}, got ${line.slice(0, 200)}`);
    }
    console.info(`${name}: ${vectors.length - unexpected.length} of ${vectors.length} as expected`);
    expect(unexpected).toEqual([]);
    expect(vectors.length).toBeGreaterThan(0);
  });
});
