import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from './index.js';
import { outcome } from './trust.fixture.js';

describe('canonicalJson', () => {
  it('says the same as JSON.stringify', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('sorts keys by code unit, not by locale or number', () => {
    const value = { b: 1, a: 1, Z: 1, ä: 1, '10': 1, '9': 1, '\u{1f600}': 1, '\uffff': 1, '': 1 };
    expect(canonicalJson(value)).toBe('{"":1,"10":1,"9":1,"Z":1,"a":1,"b":1,"ä":1,"\u{1f600}":1,"\uffff":1}');
  });

  it('leaves out fields that are undefined and keeps a field named __proto__', () => {
    expect(canonicalJson({ a: undefined, b: null })).toBe('{"b":null}');
    expect(canonicalJson(JSON.parse('{"__proto__":{"a":1}}'))).toBe('{"__proto__":{"a":1}}');
  });

  it('refuses what JSON does not have', async () => {
    for (const value of [undefined, Number.NaN, Number.POSITIVE_INFINITY, 1n, () => 1, [undefined], Array(2)]) {
      expect(await outcome(() => canonicalJson(value))).toBe('ERR_DOCUMENT');
    }
  });

  it('refuses a cycle and deep nesting instead of exhausting the stack', async () => {
    const cycle: Record<string, unknown> = {};
    cycle.self = cycle;
    expect(await outcome(() => canonicalJson(cycle))).toBe('ERR_DOCUMENT');
  });
});
