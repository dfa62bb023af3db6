import { MANIFEST_MEMBER, MAX_MANIFEST_BYTES } from '@lading/manifest';
import { printable, SplitError } from '../split-error.js';
import { type ForeignZip, type ForeignZipOptions, readForeignZip } from '../zip/foreign-zip.js';
import { blobContent } from './blob-content.js';
import { missingContent } from './content-errors.js';
import type { ContentSource } from './content-source.js';
import { indexDefoldManifest } from './defold-index.js';

/**
 * Opens a Live Update zip as Defold's Zip mode writes it: blobs named by hexDigest, each with its 16-byte header, and
 * the manifest `liveupdate.game.dmanifest` (its name in any case, as in the engine). Every blob that it gives has the
 * right size, CRC-32, SHA-1 and header. A member that is no blob is a plain file under its own name.
 *
 * @throws SplitError `ERR_CONTENT_FORMAT` without a manifest, `ERR_CONTENT_VERSION` for content before Defold 1.4.8, and what
 *   `readForeignZip` throws; ManifestError for a manifest that is broken.
 */
export async function liveUpdateZip(file: string, options: ForeignZipOptions = {}): Promise<ContentSource> {
  const zip = await readForeignZip(file, options);
  try {
    const source = await zipSource(zip, options);
    if (source.manifest !== undefined) return source;
    throw new SplitError('ERR_CONTENT_FORMAT', `${printable(file)} has no member ${MANIFEST_MEMBER}`, {
      details: { file: printable(file), expected: MANIFEST_MEMBER },
      hint: 'A Live Update zip is what Defold publishes with "Publish Live Update content".',
    });
  } catch (error) {
    await zip.close();
    throw error;
  }
}

/** Opens any zip: a Live Update zip where it has a manifest, else plain files. @internal */
export async function zipContent(file: string, options: ForeignZipOptions = {}): Promise<ContentSource> {
  const zip = await readForeignZip(file, options);
  try {
    return await zipSource(zip, options);
  } catch (error) {
    await zip.close();
    throw error;
  }
}

async function zipSource(zip: ForeignZip, { signal }: ForeignZipOptions): Promise<ContentSource> {
  const members = new Map(zip.entries.map((entry) => [entry.name, entry]));
  const plain = plainFiles(zip);
  const manifestEntry = zip.entries.find(({ name }) => name.toLowerCase() === MANIFEST_MEMBER);
  if (manifestEntry === undefined) return plain;
  if (manifestEntry.sizeBytes > MAX_MANIFEST_BYTES) {
    throw new SplitError(
      'ERR_CONTENT_TOO_LARGE',
      `${printable(zip.name)}: the manifest has ${manifestEntry.sizeBytes} bytes`,
      {
        details: { file: printable(zip.name), expected: MAX_MANIFEST_BYTES, actual: manifestEntry.sizeBytes },
      },
    );
  }
  const manifest = await zip.read(manifestEntry, { signal });
  return blobContent({
    name: zip.name,
    manifest,
    index: indexDefoldManifest(manifest, zip.name),
    statBlob: async (hexDigest) => members.get(hexDigest)?.sizeBytes,
    readBlob: async (hexDigest, options) => {
      const entry = members.get(hexDigest);
      if (entry === undefined) throw missingContent(zip.name, { path: `/${hexDigest}`, hexDigest });
      return zip.read(entry, options);
    },
    plain,
    close: () => zip.close(),
  });
}

function plainFiles(zip: ForeignZip): ContentSource {
  const members = new Map(zip.entries.map((entry) => [`/${entry.name}`, entry]));
  return {
    name: zip.name,
    stat: async ({ path }) => {
      const entry = members.get(path);
      return entry === undefined ? undefined : { sizeBytes: entry.sizeBytes };
    },
    read: async (resource, options = {}) => {
      const entry = members.get(resource.path);
      if (entry === undefined) throw missingContent(zip.name, resource);
      return zip.read(entry, options);
    },
    close: () => zip.close(),
  };
}
