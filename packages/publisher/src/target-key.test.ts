import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { objectKind } from './object-headers.js';
import { compareKeys, targetKeyProblem } from './target-key.js';

describe('compareKeys', () => {
  it('orders any two texts as their UTF-8 bytes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (a, b) => {
        expect(Math.sign(compareKeys(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
    );
    expect(compareKeys('\u{1f3ae}', '\uffee')).toBeGreaterThan(0);
  });
});

describe('targetKeyProblem', () => {
  it('accepts no key that resolves outside', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', '..', '.', '', '/', '\\', 'b.zip'), { maxLength: 6 }), (parts) => {
        const key = parts.join('/');
        if (targetKeyProblem(key) !== undefined) return;
        expect(new URL(key, 'http://host/base/').pathname.startsWith('/base/')).toBe(true);
      }),
    );
  });
});

describe('objectKind', () => {
  it.each([
    ['archives/level-1.0123456789abcdef.zip', 'archive'],
    ['/content/archives/a.zip', 'archive'],
    [`releases/${'a'.repeat(64)}.json`, 'release'],
    ['root/12.json', 'root'],
    ['/channels/stable.json', 'channel'],
    ['history/stable/12.0123456789abcdef.json', 'history'],
    ['history/stable/0.0123456789abcdef.json', undefined],
    ['root/0.json', undefined],
    ['releases/latest.json', undefined],
    ['my-archives/a.zip', undefined],
    ['index.html', undefined],
  ])('%s is %s', (path, kind) => {
    expect(objectKind(path)).toBe(kind);
  });
});
