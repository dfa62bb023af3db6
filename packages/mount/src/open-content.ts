import { parseDefoldManifest } from '@lading/manifest';
import { archiveContent } from './archive-content.js';
import { type DecodeDefoldPayload, defoldContent, findDefoldManifest } from './defold-content.js';
import { MountError } from './mount-error.js';
import type { MountedContent } from './mounted-content.js';
import type { Archive } from './zip/archive.js';

/** Version of the manifests that current engines mount from. */
const MOUNTED_VERSION = 5;

/** Options of {@link openContent}. */
export interface OpenContentOptions {
  readonly decode: DecodeDefoldPayload;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Finds out what an archive is: with a member `liveupdate.game.dmanifest` it is a Defold archive, whose resources are
 * found by hash; any other one serves its members by name. Closes the archive where that fails.
 *
 * @throws ManifestError `ERR_MANIFEST*`; MountError `ERR_ARCHIVE_*`, `ERR_VERIFY_DIGEST`, `ERR_MOUNT_PAYLOAD`.
 */
export async function openContent(archive: Archive, options: OpenContentOptions): Promise<MountedContent> {
  try {
    const index = findDefoldManifest(archive);
    if (index < 0) return archiveContent(archive);
    const manifest = parseDefoldManifest(await archive.read(index, { signal: options.signal }));
    if (manifest.version !== MOUNTED_VERSION) throw versionError(archive.nameOf(index), manifest.version);
    return defoldContent(archive, { manifest, decode: options.decode });
  } catch (error) {
    await archive.close();
    throw error;
  }
}

function versionError(member: string, version: number): MountError {
  return new MountError('ERR_MOUNT_PAYLOAD', `${member} has version ${version}, mounts need ${MOUNTED_VERSION}`, {
    details: { member, expected: MOUNTED_VERSION, actual: version },
    hint: 'Build the content with a Defold of version 1.4.8 or later.',
  });
}
