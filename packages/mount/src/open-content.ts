import { loadPart, MANIFEST_MEMBER } from '@lading/manifest/client';
import { archiveContent } from './archive-content.js';
import type { DecodeDefoldPayload, MountedContent } from './mounted-content.js';
import type { Archive } from './zip/archive.js';

/** Options of {@link openContent}. */
export interface OpenContentOptions {
  /** Default: `decodeResourcePayload` of `@lading/manifest`. */
  readonly decode: DecodeDefoldPayload | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Finds out what an archive is: with a member `liveupdate.game.dmanifest` it is a Defold archive, whose resources are
 * found by hash; any other one serves its members by name. What reads Defold's formats is loaded with the first such archive.
 * Closes the archive where that fails.
 *
 * @throws ManifestError `ERR_MANIFEST*`; MountError `ERR_ARCHIVE_*`, `ERR_VERIFY_DIGEST`, `ERR_MOUNT_PAYLOAD`.
 */
export async function openContent(archive: Archive, options: OpenContentOptions): Promise<MountedContent> {
  try {
    const index = findDefoldManifest(archive);
    if (index < 0) return archiveContent(archive);
    const { openDefoldContent } = await loadPart(() => import('./defold-content.js'));
    return await openDefoldContent(archive, index, options);
  } catch (error) {
    await archive.close();
    throw error;
  }
}

/** Index of the manifest among the members: by name in any case, the first one, as the engine does. -1: no such member. */
export function findDefoldManifest(archive: Archive): number {
  const length = MANIFEST_MEMBER.length;
  for (let i = 0; i < archive.entries; i++) {
    const name = archive.nameOf(i);
    if (name.length === length && name.toLowerCase() === MANIFEST_MEMBER) return i;
  }
  return -1;
}
