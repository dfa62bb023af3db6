import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { shareTurns, type TurnSeeker } from './download-turns.js';

interface Named extends TurnSeeker {
  readonly name: string;
}

/** `a0`: a download of caller `a` that waits, `A0`: one that runs; the number is its priority. In the order of coming. */
function seekersOf(text: string): Named[] {
  const callers = new Map<string, object>();
  return text.split(' ').map((name, order) => {
    const key = name.charAt(0).toLowerCase();
    const caller = callers.get(key) ?? { key };
    callers.set(key, caller);
    return {
      name: `${name}#${order}`,
      priority: Number(name.slice(1)),
      isRunning: name.charAt(0) !== key,
      callers: [caller],
      order,
    };
  });
}

function turnsIn(text: string, limit: number): string {
  const chosen = shareTurns(seekersOf(text), { limit, lastTurn: () => 0 });
  return chosen.map(({ name }) => name.replace(/#.*/, '')).join(' ');
}

describe('turns of downloads', () => {
  test.each([
    ['the more urgent goes first, whenever it came', 'a0 b5 c2', 2, 'b5 c2'],
    ['one that runs makes way for a more urgent one', 'A0 b5', 1, 'b5'],
    ['among equals whoever runs goes on', 'a0 b0 C0', 1, 'C0'],
    ['among equals every caller has a turn before anybody has two', 'a0 a0 a0 b0', 2, 'a0 b0'],
    ['a caller that has turns already comes after one that has none', 'A0 a0 a0 b0', 2, 'A0 b0'],
    ['the background waits while anybody else is there, also for turns that are free', 'A-1 a-1 b0', 4, 'b0'],
    ['the background has all turns where nobody else is there', 'a-1 b-5 c-1', 2, 'a-1 c-1'],
  ])('%s', (_, seekers, limit, expected) => {
    expect(turnsIn(seekers, limit)).toBe(expected);
  });

  test('of callers with equally many turns the one whose last turn is longest ago comes first', () => {
    const seekers = seekersOf('a0 b0');
    const lastTurn = (caller: object): number => (caller === seekers[0]?.callers[0] ? 7 : 3);
    expect(shareTurns(seekers, { limit: 1, lastTurn }).map(({ callers }) => callers)).toEqual([seekers[1]?.callers]);
  });

  test('nobody with a turn is less urgent than anybody without, and no turn stays free for nothing', () => {
    const seeker = fc.record({ priority: fc.integer({ min: -2, max: 2 }), isRunning: fc.boolean(), caller: fc.nat(3) });
    const callers = [{}, {}, {}, {}];
    fc.assert(
      fc.property(fc.array(seeker, { maxLength: 12 }), fc.integer({ min: 1, max: 5 }), (list, limit) => {
        const seekers = list.map(({ caller, ...rest }, order) => ({
          ...rest,
          callers: [callers[caller] ?? {}],
          order,
        }));
        const chosen = shareTurns(seekers, { limit, lastTurn: () => 0 });
        const others = seekers.filter((one) => !chosen.includes(one));
        const mayRun = seekers.some(({ priority }) => priority >= 0)
          ? seekers.filter(({ priority }) => priority >= 0)
          : seekers;
        expect(chosen.length).toBe(Math.min(limit, mayRun.length));
        const least = Math.min(...chosen.map(({ priority }) => priority));
        for (const { priority, isRunning } of others) {
          expect(priority).toBeLessThanOrEqual(least);
          // Who loses a turn loses it to somebody more urgent.
          if (isRunning && priority >= 0)
            expect(chosen.every((one) => one.isRunning || one.priority > priority)).toBe(true);
        }
      }),
    );
  });
});
