import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { makeBaseArchive, writeArci } from '../../test/base-archive.js';
import { problemPaths, thrownBy } from '../../test/thrown.js';
import {
  createDefoldManifest,
  hexToBytes,
  parseBaseArchiveIndex,
  RESOURCE_BUNDLED,
  RESOURCE_EXCLUDED,
} from '../index.js';
import { verifyBaseArchive } from './index.js';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const sha1 = (text: string): string => createHash('sha1').update(text).digest('hex');
const { arci, arcd } = makeBaseArchive(['one', 'two', 'three', ''].map(encode));
const { md5 } = parseBaseArchiveIndex(arci);

const manifestWith = (archiveIdentifier: Uint8Array | undefined, ...texts: readonly string[]) =>
  createDefoldManifest({
    projectTitle: 'T',
    engineVersions: [],
    archiveIdentifier,
    resources: texts.map((text, i) => ({
      url: `/${i}`,
      hexDigest: sha1(text),
      sizeBytes: text.length,
      flags: RESOURCE_BUNDLED,
    })),
  });

it('computes the digest of every blob and says what it checked', () => {
  expect(verifyBaseArchive({ arci, arcd })).toMatchObject({
    blobCount: 4,
    storedBytes: 11,
    index: { version: 5, md5 },
  });
});

it('takes the manifest that names the archive, two resources of one blob, and one that was left out of the base', async () => {
  const manifest = await manifestWith(hexToBytes(md5), 'one', 'one', 'three', '');
  expect(verifyBaseArchive({ arci, arcd, manifest }).blobCount).toBe(4);
  const [first, ...rest] = (await manifestWith(hexToBytes(md5), 'elsewhere')).resources;
  const excluded = { ...manifest, resources: [{ ...first, flags: RESOURCE_EXCLUDED }, ...rest] } as typeof manifest;
  expect(verifyBaseArchive({ arci, arcd, manifest: excluded }).blobCount).toBe(4);
});

describe('damage is found', () => {
  it('in any byte of a blob, with the digest that it should have', () => {
    const damaged = arcd.slice();
    damaged[0] = (damaged[0] as number) ^ 1;
    const error = thrownBy(() => verifyBaseArchive({ arci, arcd: damaged }));
    expect(error.code).toBe('ERR_BASE_ARCHIVE_DIGEST');
    expect(problemPaths(error)).toEqual([sha1('one')]);
  });

  it('in any byte of the index after its header', () => {
    for (let at = 32; at < arci.length; at++) {
      const damaged = arci.slice();
      damaged[at] = (damaged[at] as number) ^ 4;
      const error = thrownBy(() => verifyBaseArchive({ arci: damaged, arcd }));
      expect(['ERR_BASE_ARCHIVE', 'ERR_BASE_ARCHIVE_DIGEST']).toContain(error.code);
    }
  });

  it('in data that is cut off', () => {
    const error = thrownBy(() => verifyBaseArchive({ arci, arcd: arcd.subarray(0, 9) }));
    expect(problemPaths(error).sort()).toEqual([sha1('three'), sha1('')].sort());
  });

  it('in blobs that overlap', () => {
    const entries = [sha1('ab'), sha1('bc')].map((hexDigest, offset) => {
      return { hexDigest, offset, sizeBytes: 2, compressedSizeBytes: undefined, flags: 0 };
    });
    const sorted = entries.sort((a, b) => (a.hexDigest < b.hexDigest ? -1 : 1));
    const error = thrownBy(() => verifyBaseArchive({ arci: writeArci(sorted), arcd: encode('abc') }));
    expect(problemPaths(error)).toEqual([sha1('bc')]);
  });

  it('in a manifest of another archive, whose resources are not there or of other sizes: all at once', async () => {
    const manifest = await manifestWith(new Uint8Array(16).fill(9), 'one', 'missing');
    const resized = { ...manifest, resources: manifest.resources.map((r) => ({ ...r, sizeBytes: r.sizeBytes + 1 })) };
    const error = thrownBy(() => verifyBaseArchive({ arci, arcd, manifest: resized }));
    expect(problemPaths(error).sort()).toEqual(['/0', '/1', 'manifest']);
  });
});
