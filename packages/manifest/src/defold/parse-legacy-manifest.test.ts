import { describe, expect, it } from 'vitest';
import { bytes, digest, number } from '../../test/protobuf-bytes.js';
import { problemPaths, thrownBy } from '../../test/thrown.js';
import { findManifestProblems, hashResourcePath, parseDefoldManifest } from '../index.js';

const MAGIC = 0x43cb6d06;
const A = hashResourcePath('/a.goc');
const B = hashResourcePath('/b.goc');
const C = hashResourcePath('/c.goc');

function header(version: number): number[] {
  const algorithms = [...number(3, 2), ...number(4, version === 1 ? 2 : 3), ...number(5, 1)];
  return bytes(1, [...number(1, MAGIC), ...number(2, version), ...algorithms, ...digest(6, 0xaa)]);
}

function file(version: number, ...rest: readonly (readonly number[])[]): Uint8Array {
  const data = [...header(version), ...rest.flat()];
  return Uint8Array.from([...bytes(1, data), ...bytes(2, 'sig'), ...bytes(3, new Array<number>(16).fill(7))]);
}

function resource(url: string, fill: number, ...rest: readonly (readonly number[])[]): number[] {
  return bytes(3, [...bytes(1, url), ...number(2, hashResourcePath(url)), ...digest(3, fill), ...rest.flat()]);
}

describe('version 4', () => {
  it('gives dependants, which are places in its list, as url hashes', () => {
    const manifest = parseDefoldManifest(
      file(
        4,
        resource('/a.goc', 1, number(4, 1), number(4, 2), number(5, 1)),
        resource('/b.goc', 2, number(5, 2)),
        resource('/c.goc', 3, number(5, 2)),
      ),
    );
    expect(manifest.version).toBe(4);
    expect(manifest.resources.map((r) => r.dependants)).toEqual([[B, C], [], []]);
    expect(manifest.resources.map((r) => r.flags)).toEqual([1, 2, 2]);
    expect(manifest.resources[0]).toMatchObject({ sizeBytes: 0, compressedSizeBytes: undefined });
    expect(manifest.archiveIdentifier).toEqual(new Uint8Array(16).fill(7));
    expect(findManifestProblems(manifest).map((p) => p.path)).not.toContain('/resources/0/flags');
  });

  it('is refused where a dependant has no place in the list', () => {
    const error = thrownBy(() => parseDefoldManifest(file(4, resource('/a.goc', 1, number(4, 9), number(5, 1)))));
    expect(error.details.problems).toEqual([
      { path: '/resources/0/dependants', problem: 'names place 9; there are 1 resources' },
    ]);
  });
});

describe('version 3', () => {
  it('gives dependants, which are digests, as the url hashes of all that have them', () => {
    const manifest = parseDefoldManifest(
      file(
        3,
        digest(2, 5),
        resource('/a.goc', 1, digest(4, 2), number(5, 1)),
        resource('/b.goc', 2, number(5, 1)),
        resource('/c.goc', 2, number(5, 1)),
      ),
    );
    expect(manifest.resources[0]?.dependants).toEqual([B, C]);
    expect(manifest.engineVersions).toEqual(['05'.repeat(20)]);
  });

  it('is refused where a dependant is a digest that no resource has', () => {
    const error = thrownBy(() => parseDefoldManifest(file(3, resource('/a.goc', 1, digest(4, 9), number(5, 1)))));
    expect(problemPaths(error)).toEqual(['/resources/0/dependants']);
  });

  it('is refused without flags, which version 1 does not have', () => {
    expect(problemPaths(thrownBy(() => parseDefoldManifest(file(3, resource('/a.goc', 1)))))).toEqual([
      '/resources/0/flags',
    ]);
    expect(parseDefoldManifest(file(1, resource('/a.goc', 1))).resources[0]).toMatchObject({ urlHash: A, flags: 0 });
  });
});

describe('version 1', () => {
  const commit = 'ed3324877fd018fb7120dfa18e918eee7286a85a';

  it('names engines by commit, and signs SHA-1', () => {
    const manifest = parseDefoldManifest(file(1, bytes(2, bytes(1, commit))));
    expect(manifest.engineVersions).toEqual([commit]);
    expect(manifest.header.signatureHashAlgorithm).toBe('SHA-1');
  });

  it('is refused with a commit that is none', () => {
    const error = thrownBy(() =>
      parseDefoldManifest(file(1, bytes(2, bytes(1, 'not a commit id at all, by any reading!!')))),
    );
    expect(problemPaths(error)).toEqual(['/engineVersions/0']);
  });
});

it.each([0, 2, 5, 6])('refuses version %d in an old header', (version) => {
  const error = thrownBy(() => parseDefoldManifest(file(version)));
  expect(error.code).toBe('ERR_MANIFEST_VERSION');
  expect(error.details.actual).toBe(version);
});

it('bounds what shared digests multiply to: a million dependants of a million resources each', () => {
  const dependants = new Array<number[]>(4_000).fill(digest(4, 1));
  const resources = Array.from({ length: 4_000 }, (_, i) =>
    resource(`/${i}`, 1, number(5, 1), ...(i === 0 ? dependants : [])),
  );
  expect(thrownBy(() => parseDefoldManifest(file(3, ...resources))).code).toBe('ERR_TOO_LARGE');
});
