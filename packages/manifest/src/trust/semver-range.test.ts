import fc from 'fast-check';
import semver from 'semver';
import { describe, expect, it } from 'vitest';
import { appSatisfies, semverRangeProblem } from './index.js';
import { outcome } from './trust.fixture.js';

const RUNS = process.env.LADING_LONG === undefined ? 4_000 : 1_000_000;

const number = fc.oneof(fc.integer({ min: 0, max: 3 }), fc.constantFrom(9, 10, 2 ** 31, 10 ** 15)).map(String);
const prerelease = fc.constantFrom('', '', '', '-0', '-1', '-alpha', '-alpha.1', '-beta.2.x', '-rc-1', '-10', '-A');
const build = fc.constantFrom('', '', '', '+1', '+sha.5114f85');
const version = fc.tuple(number, number, number, prerelease, build).map(([a, b, c, d, e]) => `${a}.${b}.${c}${d}${e}`);
const open = fc.oneof(number, number, fc.constantFrom('x', 'X', '*'));
const partial = fc.oneof(
  version,
  version.map((text) => `v${text}`),
  open,
  fc.tuple(number, open).map((parts) => parts.join('.')),
  fc.tuple(number, number, open).map((parts) => parts.join('.')),
  fc.constantFrom('1.x.x', '0.X', '*.*.*', 'x.x', '2.*.x'),
);
const operator = fc.constantFrom('', '', '=', '>', '>=', '<', '<=', '~', '^', '~>', '>= ', '^ ', '< ');
const simple = fc.tuple(operator, partial).map((parts) => parts.join(''));
const simples = fc.array(simple, { minLength: 1, maxLength: 3 }).map((parts) => parts.join(' '));
const hyphen = fc.tuple(partial, partial).map((parts) => parts.join(' - '));
const alternative = fc.oneof(simples, simples, hyphen, fc.constantFrom('', '*', ' '));
const range = fc
  .tuple(fc.array(alternative, { minLength: 1, maxLength: 3 }), fc.constantFrom('||', ' || ', '|| '))
  .map(([alternatives, or]) => alternatives.join(or));

describe('appSatisfies', () => {
  it('agrees with npm on ranges of the whole grammar', () => {
    let yes = 0;
    const property = fc.property(range, version, (anyRange, anyVersion) => {
      const expected = semver.satisfies(anyVersion, anyRange);
      if (expected) yes++;
      expect(semver.validRange(anyRange), anyRange).not.toBeNull();
      expect(appSatisfies(anyRange, anyVersion), `${anyVersion} in "${anyRange}"`).toBe(expected);
    });
    fc.assert(property, { numRuns: RUNS });
    expect(yes).toBeGreaterThan(RUNS / 20); // both answers come up
    expect(yes).toBeLessThan(RUNS / 2);
  });

  it('agrees with npm where bounds and versions are close together', () => {
    const near = fc.tuple(
      fc.constantFrom('0', '1', '2'),
      fc.constantFrom('0', '1'),
      fc.constantFrom('0', '1'),
      prerelease,
    );
    const nearVersion = near.map(([a, b, c, d]) => `${a}.${b}.${c}${d}`);
    const property = fc.property(operator, nearVersion, nearVersion, (op, bound, anyVersion) => {
      const expected = semver.satisfies(anyVersion, op + bound);
      expect(appSatisfies(op + bound, anyVersion), `${anyVersion} in "${op}${bound}"`).toBe(expected);
    });
    fc.assert(property, { numRuns: RUNS });
  });

  it('agrees with npm on what is no range, but refuses a little more', () => {
    const noise = fc.string({
      unit: fc.constantFrom('1', '.', 'x', '>', '=', '<', '-', ' ', '^', '~', 'a', '|', '+', 'v'),
      maxLength: 9,
    });
    fc.assert(
      fc.property(noise, (text) => {
        if (semverRangeProblem(text) === undefined) expect(semver.validRange(text), text).not.toBeNull();
      }),
      { numRuns: RUNS },
    );
  });

  it.each([
    ['^1.4.0', '1.9.2', true],
    ['^1.4.0', '2.0.0', false],
    ['^0.2.3', '0.3.0', false],
    ['^1.4.0', '2.0.0-beta.1', false],
    ['>=2.0.0-alpha <3', '2.0.0-beta.1', true],
    ['*', '1.0.0-beta', false],
    ['1.2 - 2.3', '2.3.9', true],
    ['<1 || >=3', '2.0.0', false],
    ['', '7.0.0', true],
  ])('"%s" and %s: %s', (anyRange, anyVersion, expected) => {
    expect(appSatisfies(anyRange, anyVersion)).toBe(expected);
  });

  it.each([
    'latest',
    '1.2.3.4',
    'x.2',
    '1.x.3',
    '1.2.x-beta',
    '^',
    '01.2.3',
    '>=1.2.y',
    '1.2.3 -',
    '&& 1',
    '=>1',
    '^1.0.0'.padEnd(1_001, ' '),
    '1'.repeat(20),
  ])('refuses "%s" as a range', async (text) => {
    expect(await outcome(() => appSatisfies(text, '1.0.0'))).toBe('ERR_DOCUMENT');
  });

  it.each(['', '1', '1.2', 'x', '1.2.x', '1.2.3.4', '01.0.0', '1.0.0-01'])(
    'refuses "%s" as a version',
    async (text) => {
      expect(await outcome(() => appSatisfies('*', text))).toBe('ERR_DOCUMENT');
    },
  );
});
