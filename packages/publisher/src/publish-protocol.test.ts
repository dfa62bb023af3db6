import { describe, expect, it } from 'vitest';
import { initialModel, type Model, type Mutant, nextStates, violation } from './publish-protocol.fixture.js';

const isLong = process.env.LADING_LONG !== undefined;

/** What a search found. */
interface Search {
  readonly states: number;
  /** Interleavings of exactly `depth` steps, or fewer where everybody has ended. */
  readonly paths: number;
  readonly violation: string | undefined;
}

/** Goes through every interleaving of a model to a depth; states that were reached before with as many steps are not repeated. */
function searchAll(start: Model, mutant: Mutant, depth: number): Search {
  let frontier = new Map<string, { readonly model: Model; readonly paths: number }>([
    [JSON.stringify(start), { model: start, paths: 1 }],
  ]);
  let states = 1;
  let paths = 0;
  for (let step = 0; step < depth; step++) {
    const next = new Map<string, { readonly model: Model; readonly paths: number }>();
    for (const { model, paths: ways } of frontier.values()) {
      const successors = nextStates(model, mutant);
      if (successors.length === 0) paths += ways;
      for (const successor of successors) {
        const broken = violation(successor);
        if (broken !== undefined) return { states, paths, violation: `${broken} after ${step + 1} steps` };
        const key = JSON.stringify(successor);
        next.set(key, { model: successor, paths: ways + (next.get(key)?.paths ?? 0) });
      }
    }
    states += next.size;
    frontier = next;
  }
  for (const { paths: ways } of frontier.values()) paths += ways;
  return { states, paths, violation: undefined };
}

/** Goes one random way to the end. */
function walk(start: Model, mutant: Mutant, random: () => number): string | undefined {
  let model = start;
  for (let step = 0; step < 200; step++) {
    const successors = nextStates(model, mutant);
    const next = successors[Math.floor(random() * successors.length)];
    if (next === undefined) return undefined;
    model = next;
    const broken = violation(model);
    if (broken !== undefined) return broken;
  }
  return undefined;
}

function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const STARTS = [initialModel(false), initialModel(true)];
const MUTANTS: Readonly<Record<string, Mutant>> = {
  'channel first': { channelFirst: true },
  'gc without grace': { noGrace: true },
  'no If-Match': { noIfMatch: true },
  'no look at tombstones': { noSave: true },
  'no history': { noHistory: true },
  'marks before the claim': { marksBeforeClaim: true },
};

describe('two publishers, a garbage collection, a clock and all readers', () => {
  it('break nothing in any interleaving', () => {
    const depth = isLong ? 24 : 14;
    for (const start of STARTS) {
      const found = searchAll(start, {}, depth);
      expect(found.violation).toBeUndefined();
      expect(found.paths).toBeGreaterThan(1_000_000);
      console.info(
        `publisher: all ${found.paths} interleavings of ${depth} steps, ${found.states} states: nothing lost`,
      );
    }
  });

  it('break nothing on random ways to the end', () => {
    const runs = isLong ? 100_000 : 10_000;
    for (let seed = 0; seed < runs; seed++) {
      const start = STARTS[seed % STARTS.length] ?? initialModel(false);
      expect(walk(start, {}, randomFrom(seed)), `seed ${seed}`).toBeUndefined();
    }
  });

  it.each(Object.keys(MUTANTS))('would break it: %s', (name) => {
    const mutant = MUTANTS[name] ?? {};
    let caughtAt: number | undefined;
    for (let seed = 0; seed < 200_000 && caughtAt === undefined; seed++) {
      const start = STARTS[seed % STARTS.length] ?? initialModel(false);
      if (walk(start, mutant, randomFrom(seed)) !== undefined) caughtAt = seed;
    }
    expect(caughtAt, 'a random way that finds it').toBeDefined();
  });
});
