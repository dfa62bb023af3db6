import type { ReleaseArchive } from '@lading/manifest';
import type { ByteSource } from './byte-source.js';
import { coalescedSource } from './coalesced-source.js';
import { MountError } from './mount-error.js';
import type { MountedContent } from './mounted-content.js';
import { openContent } from './open-content.js';
import type { ResolvedRuntimeOptions } from './runtime-options.js';
import { openArchive } from './zip/open-archive.js';

/** Opens a byte source as content; the directory of a release's archive must be the signed one. Closes the source where that fails. */
export async function openSource(
  source: ByteSource,
  options: ResolvedRuntimeOptions,
  { archive, signal }: { readonly archive?: ReleaseArchive | undefined; readonly signal?: AbortSignal | undefined },
): Promise<MountedContent> {
  const { codecs, decode } = options;
  try {
    if (archive !== undefined) assertSize(archive, source);
    const directory = archive === undefined ? undefined : { ...archive.directory, entries: archive.entries };
    const opened = await openArchive(source, { directory, codecs, signal });
    return await openContent(opened, { decode, signal });
  } catch (error) {
    await source.close?.();
    throw error;
  }
}

/** Opens an archive of a release from the store. @throws MountError `ERR_SOURCE_MISSING` where it is not there. */
export async function openStored(
  archive: ReleaseArchive,
  options: ResolvedRuntimeOptions,
  signal: AbortSignal | undefined,
): Promise<MountedContent> {
  const source = await options.store.archives.open(archive.digest, { signal });
  if (source === undefined) {
    throw new MountError('ERR_SOURCE_MISSING', `Archive ${archive.name} is not in the store any more`, {
      details: { archive: archive.name, digest: archive.digest },
    });
  }
  return openSource(source, options, { archive, signal });
}

/** Opens an archive of a release where it is published: one request, for the directory. */
export async function openRemote(
  archive: ReleaseArchive,
  options: ResolvedRuntimeOptions,
  signal: AbortSignal | undefined,
): Promise<MountedContent> {
  const { origin } = options;
  if (origin === undefined) throw new Error('unreachable: a release without an origin');
  const source = await origin.open(archive.key, { sizeBytes: archive.sizeBytes, signal });
  return openSource(coalescedSource(source), options, { archive, signal });
}

function assertSize(archive: ReleaseArchive, source: ByteSource): void {
  if (source.sizeBytes === archive.sizeBytes) return;
  throw new MountError(
    'ERR_VERIFY_SIZE',
    `${source.name} has ${source.sizeBytes} bytes, the release says ${archive.sizeBytes}`,
    {
      details: { archive: archive.name, expected: archive.sizeBytes, actual: source.sizeBytes },
    },
  );
}
