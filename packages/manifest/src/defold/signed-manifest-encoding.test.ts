import { describe, expect, it } from 'vitest';
import { bytes, digest, number } from '../../test/protobuf-bytes.js';
import { problemPaths, thrownBy } from '../../test/thrown.js';
import { assertSignedManifestEncoding, parseDefoldManifest } from '../index.js';

/** Another producer's idea of a manifest: fixed-width hashes, no flags, a header of two fields. */
const HEADER = bytes(1, [...number(1, 1), ...bytes(2, '')]);
const hash = (value: number): number[] => [0x19, value, 0, 0, 0, 0, 0, 0, 0];
const entry = (name: string, ...rest: readonly (readonly number[])[]): number[] => {
  return bytes(3, [...digest(1, 7), ...bytes(2, name), ...hash(1), ...number(4, 10), ...rest.flat()]);
};
const file = (data: readonly number[], signature = 'signed', version: readonly number[] = number(4, 5)): Uint8Array => {
  return Uint8Array.from([...bytes(1, data), ...bytes(2, signature), ...version]);
};

it('accepts a signed manifest that every reader reads the same, though the engine asks for more fields', () => {
  const manifest = file([...HEADER, ...digest(2, 1), ...entry('/a'), ...entry('/b')]);
  expect(() => assertSignedManifestEncoding(manifest)).not.toThrow();
  expect(thrownBy(() => parseDefoldManifest(manifest)).code).toBe('ERR_MANIFEST');
});

describe('refuses', () => {
  it.each([
    ['an empty signature', file(HEADER, ''), ['/signature']],
    ['no signature', Uint8Array.from([...bytes(1, HEADER), ...number(4, 5)]), ['/signature']],
    ['no data', Uint8Array.from([...bytes(2, 'signed'), ...number(4, 5)]), ['/data']],
    ['no header', file([]), ['/header']],
    ['two headers', file([...HEADER, ...HEADER]), ['/header']],
    ['an entry of nothing', file([...HEADER, ...bytes(3, '')]), ['/resources/0/hash', '/resources/0/url']],
    ['a name twice', file([...HEADER, ...entry('/a'), ...entry('/a')]), ['/resources/1/urlHash']],
    [
      'a url hash twice',
      file([...HEADER, ...entry('/a'), ...entry('/b', number(3, 9)), ...entry('/c', number(3, 9))]),
      ['/resources/2/urlHash'],
    ],
    [
      'a negative size',
      file([...HEADER, ...bytes(3, [...digest(1, 7), ...bytes(2, '/a'), ...number(4, 2n ** 64n - 1n)])]),
      ['/resources/0/size'],
    ],
    [
      'a long digest',
      file([...HEADER, ...bytes(3, [...digest(1, 7, 1_000), ...bytes(2, '/a')])]),
      ['/resources/0/hash'],
    ],
    [
      'a name that is not UTF-8',
      file([...HEADER, ...bytes(3, [...digest(1, 7), ...bytes(2, [0xff])])]),
      ['/resources/0/url'],
    ],
  ])('%s', (_, manifest, paths) => {
    const error = thrownBy(() => assertSignedManifestEncoding(manifest));
    expect(error.code).toBe('ERR_MANIFEST');
    expect(problemPaths(error)).toEqual(paths);
  });

  it.each([[number(4, 0)], [number(4, 6)], [[]]])('version field %j', (version) => {
    expect(thrownBy(() => assertSignedManifestEncoding(file(HEADER, 'signed', version))).code).toBe(
      'ERR_MANIFEST_VERSION',
    );
  });
});
