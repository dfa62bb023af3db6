import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { decodeResourcePayload, parseDefoldManifest } from '@lading/manifest';
import { describe, expect, test } from 'vitest';
import { fileSource } from './node/file-source.js';
import { findDefoldManifest, openContent } from './open-content.js';
import { WEB_CODECS } from './zip/codecs.js';
import { openArchive } from './zip/open-archive.js';

const CORPUS = process.env.LADING_CORPUS ?? fileURLToPath(new URL('../../../../shared/corpus', import.meta.url));
const ZIP = `${CORPUS}/defold/reszip-1.11.2/resources.zip`;
const LEGACY = `${CORPUS}/defold/legacy/reszip-v4.zip`;

describe.skipIf(!existsSync(ZIP))('a zip that Bob wrote', () => {
  test('gives every resource of its manifest with the right size, and the rest by name', async () => {
    const archive = await openArchive(await fileSource(ZIP), { codecs: WEB_CODECS });
    const manifest = parseDefoldManifest(await archive.read(findDefoldManifest(archive)));
    const content = await openContent(archive, { decode: decodeResourcePayload });
    let resources = 0;
    let read = 0;
    const hashes = new Set(manifest.resources.map(({ urlHash }) => urlHash));
    for (const { hash, path } of content.keys()) {
      if (path !== undefined) continue;
      expect(hashes.has(hash)).toBe(true);
      resources++;
    }
    const named = manifest.resources.filter(({ url }) => url !== '');
    for (const { url, sizeBytes, hexDigest } of named) {
      const entry = content.find(url);
      if (archive.find(hexDigest) < 0) expect(entry).toBeUndefined();
      else if (entry === undefined) expect.fail(`${url} is in the zip, and is not found`);
      else {
        expect((await content.read(entry)).length).toBe(sizeBytes);
        read++;
      }
    }
    expect(read).toBe(resources);
    console.info(`defold corpus: ${read} of ${resources} resources read, ${archive.entries} members`);
    await content.close();
  });

  test.skipIf(!existsSync(LEGACY))('of an older version is refused with what it needs', async () => {
    const archive = await openArchive(await fileSource(LEGACY), { codecs: WEB_CODECS });
    const opened = openContent(archive, { decode: decodeResourcePayload });
    await expect(opened).rejects.toMatchObject({ code: 'ERR_MOUNT_PAYLOAD', hint: expect.stringContaining('1.4.8') });
  });
});
