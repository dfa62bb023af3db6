import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { MANIFEST_MEMBER } from '@lading/manifest';
import type { ContentSource } from '../content/content-source.js';
import type { SplitPlan } from '../plan/split-plan.js';
import { printable, SplitError, systemErrorCode } from '../split-error.js';
import { writeFileAtomically } from './atomic-file.js';
import { type ExportOptions, type ExportResult, exportContent } from './write-ordinary-zip.js';

/**
 * Writes everything that a plan places into a folder, as Defold's Folder mode does: files named by hexDigest with their
 * resource header and the manifest; content without hexDigest goes under its path. The folder appears whole or not at all.
 *
 * @param folder - Must not exist, or be empty.
 * @throws SplitError `ERR_ARCHIVE_WRITE` for a folder that has something in it, and for the disk; `ERR_CONTENT_MISSING` with
 *   everything that the content lacks, before anything is written.
 */
export async function writeExportFolder(
  plan: SplitPlan,
  content: ContentSource,
  folder: string,
  options: ExportOptions = {},
): Promise<ExportResult> {
  const { signal, onProgress } = options;
  const { members, manifest } = await exportContent(plan, content, options);
  await assertIsFree(folder);
  const fileCount = members.length + (manifest === undefined ? 0 : 1);
  const temporary = join(dirname(folder), `.${basename(folder)}-${randomBytes(8).toString('hex')}.tmp`);
  let files = 0;
  let sizeBytes = 0;
  const add = async (name: string, bytes: Uint8Array): Promise<void> => {
    await writeFileAtomically(join(temporary, ...name.split('/')), bytes);
    sizeBytes += bytes.length;
    files += 1;
    onProgress?.(files, fileCount);
  };
  try {
    for (const { name, resource } of members) await add(name, await content.read(resource, { signal }));
    if (manifest !== undefined) await add(MANIFEST_MEMBER, manifest);
    signal?.throwIfAborted();
    await moveIntoPlace(temporary, folder);
    return { entries: fileCount, sizeBytes };
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

async function assertIsFree(folder: string): Promise<void> {
  try {
    if ((await readdir(folder)).length === 0) return;
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return;
    throw writeError(folder, error);
  }
  throw new SplitError('ERR_ARCHIVE_WRITE', `${printable(folder)} is not empty`, {
    details: { folder: printable(folder) },
    hint: 'Choose a folder that does not exist yet, or empty this one.',
  });
}

async function moveIntoPlace(temporary: string, folder: string): Promise<void> {
  try {
    await mkdir(temporary, { recursive: true });
    // Renaming a folder onto an empty one replaces it; onto a full one it fails, and nothing is lost.
    await rename(temporary, folder);
  } catch (error) {
    throw writeError(folder, error);
  }
}

function writeError(folder: string, error: unknown): unknown {
  const code = systemErrorCode(error);
  if (code === undefined) return error;
  return new SplitError('ERR_ARCHIVE_WRITE', `${printable(folder)} cannot be written (${code})`, {
    cause: error,
    details: { folder: printable(folder), reason: code },
  });
}
