import { describe, expect, it } from 'vitest';
import { archiveKey, channelKey, historyKey, isArchiveName, releaseKey, rootKey } from './index.js';
import { madeUpDigest, outcome } from './trust.fixture.js';

describe('keys of a bucket', () => {
  it('follow from names and digests', () => {
    const digest = madeUpDigest(255);
    expect(archiveKey('level-1', digest)).toBe('archives/level-1.0000000000000000.zip');
    expect(releaseKey(digest)).toBe(`releases/${'0'.repeat(62)}ff.json`);
  });

  it.each(['', 'A', '-a', '_a', '.a', 'a b', 'a/b', 'ä', '..', 'a\n', 'a'.repeat(65)])(
    'are not made of the name "%s"',
    async (name) => {
      expect(isArchiveName(name)).toBe(false);
      expect(await outcome(() => archiveKey(name, madeUpDigest(1)))).toBe('ERR_PATH');
    },
  );

  it('name channels and roots', async () => {
    expect(channelKey('stable')).toBe('channels/stable.json');
    expect(rootKey(12)).toBe('root/12.json');
    expect(historyKey('stable', 7, madeUpDigest(1))).toBe('history/stable/7.0000000000000000.json');
    expect(await outcome(() => channelKey('../x'))).toBe('ERR_PATH');
    for (const version of [0, -1, 1.5, Number.NaN, 2 ** 53]) {
      expect(await outcome(() => rootKey(version))).toBe('ERR_PATH');
      expect(await outcome(() => historyKey('stable', version, madeUpDigest(1)))).toBe('ERR_PATH');
    }
  });
});
