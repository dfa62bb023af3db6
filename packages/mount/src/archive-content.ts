import { hashResourcePath } from '@lading/manifest/client';
import type { ContentEntry, ContentKey, MountedContent } from './mounted-content.js';
import type { Archive } from './zip/archive.js';

/** The members of an archive that are files. */
export function* archiveMembers(archive: Archive): Generator<{ readonly index: number; readonly name: string }> {
  for (let index = 0; index < archive.entries; index++) {
    const name = archive.nameOf(index);
    if (!name.endsWith('/')) yield { index, name };
  }
}

/** What a path leads to by the name of a member: the path without its first `/`. */
export function plainEntry(archive: Archive, path: string): ContentEntry | undefined {
  if (!path.startsWith('/') || path.endsWith('/')) return undefined;
  const index = archive.find(path.slice(1));
  if (index < 0) return undefined;
  const { name, sizeBytes, storedSizeBytes, digest } = archive.infoOf(index);
  if (name.endsWith('/')) return undefined;
  return { index, member: name, sizeBytes, storedSizeBytes, digest, payload: undefined };
}

/** The resources of an archive whose members are named by their paths. */
export function archiveContent(archive: Archive): MountedContent {
  return {
    sizeBytes: archive.sizeBytes,
    entries: archive.entries,
    find: (path) => plainEntry(archive, path),
    read: (entry, options) => archive.read(entry.index, options),
    *keys(): Iterable<ContentKey> {
      for (const { name } of archiveMembers(archive)) {
        const path = `/${name}`;
        yield { hash: hashResourcePath(path), path };
      }
    },
    close: () => archive.close(),
  };
}
