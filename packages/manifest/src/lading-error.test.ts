import { expect, it } from 'vitest';
import { isLadingError, LadingError, ManifestError, problemsError } from './index.js';

it('carries code, details, hint, cause, and is not retryable unless it says so', () => {
  const cause = new Error('why');
  const error = new ManifestError('ERR_PATH', 'what', { cause, details: { path: '/a' }, hint: 'do this' });
  expect(error).toMatchObject({ name: 'ManifestError', code: 'ERR_PATH', message: 'what', hint: 'do this', cause });
  expect(error.details).toEqual({ path: '/a' });
  expect(error.retryable).toBe(false);
  expect(new LadingError('ERR_X', 'x', { retryable: true }).retryable).toBe(true);
  expect('cause' in new LadingError('ERR_X', 'x')).toBe(false);
});

it('is recognised by code, and never by its class: two copies of a package may be loaded', () => {
  const error: unknown = new ManifestError('ERR_PATH', 'x');
  expect(isLadingError(error)).toBe(true);
  expect(isLadingError(error, 'ERR_JSON', 'ERR_PATH')).toBe(true);
  expect(isLadingError(error, 'ERR_JSON')).toBe(false);
  const fromOtherCopy = { [Symbol.for('lading.error')]: true, code: 'ERR_PATH' };
  expect(isLadingError(fromOtherCopy, 'ERR_PATH')).toBe(true);
});

it('recognises nothing else', () => {
  for (const value of [new Error('ERR_PATH'), { code: 'ERR_PATH' }, 'ERR_PATH', null, undefined, 3]) {
    expect(isLadingError(value)).toBe(false);
  }
});

it('names the first of many problems and keeps them all', () => {
  const problems = [
    { path: '/a/0', problem: 'is missing' },
    { path: '/b', problem: 'comes twice' },
  ];
  const error = problemsError('ERR_DOCUMENT', 'Document is refused', problems, { details: { extra: 1 } });
  expect(error.message).toBe('Document is refused: /a/0: is missing (and 1 more)');
  expect(error.details).toEqual({ extra: 1, problems });
  expect(problemsError('ERR_DOCUMENT', 'x', [{ path: '', problem: 'is bad' }]).message).toBe('x: is bad');
});
