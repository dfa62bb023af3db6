import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { MANIFEST_MEMBER } from '@lading/manifest';
import { printable, SplitError } from '../split-error.js';
import { baseArchive } from './base-archive.js';
import { contentReadError } from './content-errors.js';
import type { ContentOptions, ContentSource } from './content-source.js';
import { directoryContent } from './directory-content.js';
import { zipContent } from './live-update-zip.js';
import { listFolder, publisherFolder } from './publisher-folder.js';

/**
 * Opens content, whatever form it has: a zip (a Live Update zip where it has a manifest), a `.arci` file with its
 * neighbours, or the folder that they are in, a publisher's folder, the folder of a bundle (or the `archive` folder in it), any other directory as plain
 * files.
 *
 * @throws SplitError `ERR_CONTENT_MISSING` where there is nothing, `ERR_CONTENT_FORMAT` for a file that is none of these, and
 *   what the opened form throws.
 * @example
 * const content = await openContent('build/resources.zip');
 * await content.close();
 */
export async function openContent(path: string, options: ContentOptions = {}): Promise<ContentSource> {
  const kind = await kindOf(path);
  switch (kind.form) {
    case 'zip':
      return zipContent(path, options);
    case 'arci':
      return baseArchive(neighbours(kind.file), options);
    case 'bundle':
      return baseArchive(kind.folder, options);
    case 'publisher':
      return publisherFolder(path, options);
    case 'directory':
      return directoryContent(path, options);
  }
}

type Kind =
  | { readonly form: 'zip' | 'publisher' | 'directory' }
  | { readonly form: 'arci'; readonly file: string }
  | { readonly form: 'bundle'; readonly folder: string };

async function kindOf(path: string): Promise<Kind> {
  const facts = await stat(path).catch((error: unknown) => {
    throw contentReadError(path, error);
  });
  if (facts.isDirectory()) return folderKind(path);
  if (/\.arci$/i.test(path)) return { form: 'arci', file: path };
  if (await isZip(path)) return { form: 'zip' };
  throw new SplitError('ERR_CONTENT_FORMAT', `${printable(path)} is neither a zip nor a game.arci`, {
    details: { file: printable(path) },
    hint: 'Content is a zip, a game.arci beside its game.arcd and game.dmanifest, or a folder.',
  });
}

async function folderKind(folder: string): Promise<Kind> {
  const names = (await listFolder(folder)).map(({ name }) => name);
  if (names.includes('archive_files.json')) return { form: 'bundle', folder };
  if (names.some((name) => name.toLowerCase() === MANIFEST_MEMBER)) return { form: 'publisher' };
  if (names.includes('game.arci') && names.includes('game.arcd'))
    return { form: 'arci', file: join(folder, 'game.arci') };
  if (names.includes('archive')) {
    const inner = join(folder, 'archive');
    const isFolder = (await stat(inner)).isDirectory();
    const innerNames = isFolder ? (await listFolder(inner)).map(({ name }) => name) : [];
    if (innerNames.includes('archive_files.json')) return { form: 'bundle', folder: inner };
  }
  return { form: 'directory' };
}

/** A zip begins with a local header, or with its end record where it is empty. */
async function isZip(path: string): Promise<boolean> {
  try {
    const handle = await open(path, 'r');
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(4), 0, 4, 0);
      return bytesRead === 4 && [0x04034b50, 0x06054b50].includes(buffer.readUInt32LE(0));
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw contentReadError(path, error);
  }
}

function neighbours(arci: string): { arci: string; arcd: string; manifest: string } {
  const stem = arci.slice(0, -'.arci'.length);
  return { arci, arcd: `${stem}.arcd`, manifest: `${stem}.dmanifest` };
}
