import { expect, it } from 'vitest';
import { isLadingError } from './lading-error.js';
import { loadPart } from './load-part.js';

it('hands out what was loaded', async () => {
  const { digestHex } = await loadPart(() => import('./digest.js'));
  expect(digestHex('sha256:00')).toBe('00');
});

it('makes a typed error, to be tried again, of a script that is not there', async () => {
  const missing = new URL('./no-such-part.js', import.meta.url).href;
  const error: unknown = await loadPart(() => import(/* @vite-ignore */ missing)).catch((thrown: unknown) => thrown);
  if (!isLadingError(error, 'ERR_PART')) throw error;
  expect(error.retryable).toBe(true);
  expect(error.cause).toBeInstanceOf(Error);
});
