import { describe, expect, it } from 'vitest';
import { problemPaths, thrownBy } from '../../test/thrown.js';
import { type ArchiveFile, joinArchivePieces, parseArchiveFiles } from '../index.js';

const TWO_MIB = 2_097_152;

function file(name: string, size: unknown, ...pieces: readonly (readonly [unknown, unknown])[]): object {
  return { name, size, pieces: pieces.map(([piece, offset]) => ({ name: piece, offset })) };
}

const list = (...content: readonly object[]): string => JSON.stringify({ content });

it('reads files, pieces and sizes, with a SHA-1 where there is one', () => {
  const sha1 = 'AB'.repeat(20);
  const arcd = { ...file('game.arcd', TWO_MIB + 5, ['game0.arcd', 0], ['game1.arcd', TWO_MIB]), sha1 };
  const json = JSON.stringify({ content: [file('game.arci', 48, ['game0.arci', 0]), arcd], total_size: TWO_MIB + 53 });
  expect(parseArchiveFiles(json)).toEqual({
    totalSizeBytes: TWO_MIB + 53,
    files: [
      { name: 'game.arci', sizeBytes: 48, sha1: undefined, pieces: [{ name: 'game0.arci', offset: 0, sizeBytes: 48 }] },
      {
        name: 'game.arcd',
        sizeBytes: TWO_MIB + 5,
        sha1: sha1.toLowerCase(),
        pieces: [
          { name: 'game0.arcd', offset: 0, sizeBytes: TWO_MIB },
          { name: 'game1.arcd', offset: TWO_MIB, sizeBytes: 5 },
        ],
      },
    ],
  });
});

it('reads the list of old builds: pieces named game.arcd0, no total size; and bytes as well as text', () => {
  const json = list(file('game.arcd', 5, ['game.arcd0', 0]), file('empty', 0, ['empty0', 0]));
  expect(parseArchiveFiles(new TextEncoder().encode(json))).toEqual(parseArchiveFiles(json));
  expect(parseArchiveFiles(json).totalSizeBytes).toBe(5);
});

describe('a list is refused', () => {
  it.each([
    ['without content', '{}', ['/content']],
    ['that is a list', '[]', ['/content']],
    ['with content that is no list', '{"content":{}}', ['/content']],
    [
      'with an entry that is no object',
      '{"content":[null]}',
      ['/content/0/size', '/content/0/name', '/content/0/pieces'],
    ],
    ['with a wrong sum', '{"content":[],"total_size":1}', ['/total_size']],
    ['with a sum that is text', '{"content":[],"total_size":"0"}', ['/total_size']],
    [
      'with a path for a name',
      list(file('../game.arcd', 1, ['a/b', 0])),
      ['/content/0/name', '/content/0/pieces/0/name'],
    ],
    [
      'with a drive or a device for a name',
      list(file('c:x', 1, ['a\\b', 0])),
      ['/content/0/name', '/content/0/pieces/0/name'],
    ],
    ['with dots for a name', list(file('..', 1, ['.', 0])), ['/content/0/name', '/content/0/pieces/0/name']],
    ['with a negative size', list(file('a', -1, ['b', 0])), ['/content/0/size']],
    ['with a huge size', list(file('a', 2 ** 31, ['b', 0])), ['/content/0/size']],
    ['with half a byte', list(file('a', 1.5, ['b', 0])), ['/content/0/size']],
    ['with no pieces for its bytes', list(file('a', 1)), ['/content/0/pieces']],
    ['with a first piece after the start', list(file('a', 3, ['b', 1])), ['/content/0/pieces/0/offset']],
    ['with pieces out of order', list(file('a', 9, ['b', 0], ['c', 6], ['d', 3])), ['/content/0/pieces/1/offset']],
    ['with a piece past the end', list(file('a', 3, ['b', 0], ['c', 4])), ['/content/0/pieces/1/offset']],
    ['with an empty piece', list(file('a', 3, ['b', 0], ['c', 3])), ['/content/0/pieces/1/offset']],
    ['with a file twice', list(file('a', 1, ['b', 0]), file('a', 1, ['c', 0])), ['/content/1/name']],
    ['with a piece twice', list(file('a', 1, ['b', 0]), file('c', 1, ['b', 0])), ['/content/1/pieces/0/name']],
    ['with a SHA-1 that is none', list({ ...file('a', 1, ['b', 0]), sha1: 'xyz' }), ['/content/0/sha1']],
  ])('%s', (_, json, paths) => {
    const error = thrownBy(() => parseArchiveFiles(json));
    expect(error.code).toBe('ERR_BASE_ARCHIVE');
    expect(problemPaths(error)).toEqual(paths);
  });

  it('that is not JSON, or says a thing twice', () => {
    for (const json of ['', '{', '{"content":[],"content":[]}']) {
      expect(thrownBy(() => parseArchiveFiles(json)).code).toBe('ERR_JSON');
    }
  });
});

describe('pieces', () => {
  const whole: ArchiveFile = {
    name: 'game.arcd',
    sizeBytes: 5,
    sha1: undefined,
    pieces: [
      { name: 'game0.arcd', offset: 0, sizeBytes: 3 },
      { name: 'game1.arcd', offset: 3, sizeBytes: 2 },
    ],
  };

  it('are put together', () => {
    const pieces = new Map([
      ['game1.arcd', Uint8Array.of(4, 5)],
      ['game0.arcd', Uint8Array.of(1, 2, 3)],
    ]);
    expect([...joinArchivePieces(whole, pieces)]).toEqual([1, 2, 3, 4, 5]);
  });

  it('that are missing or of another size are named, all of them', () => {
    const error = thrownBy(() => joinArchivePieces(whole, new Map([['game1.arcd', new Uint8Array(7)]])));
    expect(error.details.problems).toEqual([
      { path: 'game0.arcd', problem: 'is missing' },
      { path: 'game1.arcd', problem: 'has 7 bytes; expected 2' },
    ]);
  });
});
