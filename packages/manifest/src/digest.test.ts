import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { rejectionOf } from '../test/thrown.js';
import { digestHex, digestOf, isDigest } from './index.js';

const EMPTY = 'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

it('digests bytes with SHA-256', async () => {
  expect(await digestOf(new Uint8Array())).toBe(EMPTY);
  const bytes = new TextEncoder().encode('a bill of lading');
  expect(digestHex(await digestOf(bytes))).toBe(createHash('sha256').update(bytes).digest('hex'));
});

it('digests a view, not the buffer behind it', async () => {
  const buffer = new Uint8Array([1, 2, 3, 4]);
  expect(await digestOf(buffer.subarray(1, 3))).toBe(await digestOf(Uint8Array.of(2, 3)));
});

it('tells digests from other values', () => {
  expect(isDigest(EMPTY)).toBe(true);
  const others = [
    EMPTY.toUpperCase(),
    EMPTY.slice(0, -1),
    `${EMPTY}0`,
    `${EMPTY}\n`,
    'sha1:00',
    '',
    7,
    null,
    undefined,
    {},
  ];
  for (const other of others) expect(isDigest(other)).toBe(false);
});

describe('without WebCrypto', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it('says that a secure context is needed, as on an http page', async () => {
    vi.stubGlobal('crypto', {});
    const error = await rejectionOf(digestOf(new Uint8Array()));
    expect(error.code).toBe('ERR_NO_WEBCRYPTO');
    expect(error.hint).toContain('https');
  });
});
