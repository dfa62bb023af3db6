import { posix } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { thrownBy } from '../test/thrown.js';
import { assertResourcePath, isResourcePath, MAX_RESOURCE_PATH_BYTES, resourcePathProblem } from './index.js';

it.each(['/a', '/levels/1.json', '/a b/ü.png', '/..a/b..', '/.hidden', '/пример.json', '/💡'])('takes %s', (path) => {
  expect(resourcePathProblem(path)).toBeUndefined();
});

it.each([
  ['', 'does not start with /'],
  ['a/b', 'does not start with /'],
  ['/', 'names no resource'],
  ['/a//b', 'has an empty segment'],
  ['/a/', 'has an empty segment'],
  ['/a/../b', 'has a .. segment'],
  ['/..', 'has a .. segment'],
  ['/./a', 'has a . segment'],
  ['/a\\b', 'has a backslash'],
  ['/c:/a', 'has a colon'],
  ['/a\u0000b', 'has a control character'],
  ['/a\u007f', 'has a control character'],
  ['/a\u0085', 'has a control character'],
  ['/a\ud800', 'has a lone surrogate'],
  ['/u\u0308', 'is not in Unicode normal form C'],
])('refuses %j: it %s', (path, problem) => {
  expect(resourcePathProblem(path)).toBe(problem);
  expect(isResourcePath(path)).toBe(false);
});

it('counts the limit in UTF-8 bytes, not in characters', () => {
  expect(isResourcePath(`/${'a'.repeat(MAX_RESOURCE_PATH_BYTES - 1)}`)).toBe(true);
  expect(isResourcePath(`/${'a'.repeat(MAX_RESOURCE_PATH_BYTES)}`)).toBe(false);
  expect(isResourcePath(`/${'ü'.repeat(MAX_RESOURCE_PATH_BYTES / 2 + 1)}`)).toBe(false);
});

it('throws ERR_PATH with the rule, and no control character in the message', () => {
  const error = thrownBy(() => assertResourcePath('/a\u001b[31m'));
  expect(error.code).toBe('ERR_PATH');
  expect(error.details.problem).toBe('has a control character');
  expect(error.message).not.toContain('\u001b');
  expect(() => assertResourcePath('/a')).not.toThrow();
});

it('never lets a path leave its root, whatever its segments', () => {
  const segment = fc.oneof(fc.constantFrom('.', '..', '', 'a'), fc.string());
  fc.assert(
    fc.property(fc.array(segment), (segments) => {
      const path = `/${segments.join('/')}`;
      if (isResourcePath(path)) expect(posix.normalize(path)).toBe(path);
    }),
  );
});
