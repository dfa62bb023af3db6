import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ArchiveFile, Problem } from '../index.js';
import {
  type ArchiveFiles,
  joinArchivePieces,
  MAX_ARCHIVE_FILES_BYTES,
  ManifestError,
  parseArchiveFiles,
  problemsError,
} from '../index.js';

/** The name of the list of an HTML5 bundle's archive files. */
export const ARCHIVE_FILES_NAME = 'archive_files.json';

/** How {@link readBundleFolder} reads. */
export interface ReadBundleFolderOptions {
  /** The most bytes of all files together. Default 2 GiB - 1. */
  readonly maxBytes?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Defaults of {@link ReadBundleFolderOptions}. */
export const READ_BUNDLE_FOLDER_DEFAULTS = { maxBytes: 2_147_483_647 } as const;

/** An HTML5 bundle's base archive, put together. */
export interface BundleFolder {
  readonly archiveFiles: ArchiveFiles;
  /** Each whole file by its name: `game.projectc`, `game.arci`, `game.arcd`, `game.dmanifest`, `game.public.der`. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/**
 * Reads the `archive` folder of an HTML5 bundle: `archive_files.json` and all pieces, put together, each size checked,
 * and each SHA-1 where the list gives one. The whole archive is in memory at the end, as the engine has it.
 *
 * @param folder - The folder that holds `archive_files.json`.
 * @throws ManifestError `ERR_BASE_ARCHIVE` (missing or wrong pieces, all at once), `ERR_BASE_ARCHIVE_DIGEST` (SHA-1),
 * `ERR_TOO_LARGE`. Errors of the file system other than "missing" come as they are.
 */
export async function readBundleFolder(folder: string, options: ReadBundleFolderOptions = {}): Promise<BundleFolder> {
  const { signal } = options;
  const maxBytes = options.maxBytes ?? READ_BUNDLE_FOLDER_DEFAULTS.maxBytes;
  const list = await readList(join(folder, ARCHIVE_FILES_NAME), signal);
  const archiveFiles = parseArchiveFiles(list);
  if (archiveFiles.totalSizeBytes > maxBytes) throw tooLarge(folder, archiveFiles.totalSizeBytes, maxBytes);
  const files = new Map<string, Uint8Array>();
  const problems: Problem[] = [];
  for (const file of archiveFiles.files) {
    signal?.throwIfAborted();
    const whole = joinArchivePieces(file, await readPieces(folder, file, signal));
    const sha1 = createHash('sha1').update(whole).digest('hex');
    if (file.sha1 !== undefined && file.sha1 !== sha1) {
      problems.push({ path: file.name, problem: `has the SHA-1 ${sha1}; expected ${file.sha1}` });
    }
    files.set(file.name, whole);
  }
  if (problems.length > 0) throw problemsError('ERR_BASE_ARCHIVE_DIGEST', 'Bundle is damaged', problems);
  return { archiveFiles, files };
}

/** Reads the pieces that are there; one that is missing, or of another size, is for {@link joinArchivePieces} to report. */
async function readPieces(folder: string, file: ArchiveFile, signal?: AbortSignal): Promise<Map<string, Uint8Array>> {
  const pieces = new Map<string, Uint8Array>();
  const problems: Problem[] = [];
  for (const { name, sizeBytes } of file.pieces) {
    const path = join(folder, name);
    const actual = await sizeOf(path);
    if (actual === sizeBytes) pieces.set(name, new Uint8Array(await readFile(path, { signal })));
    else problems.push({ path: name, problem: sizeProblem(actual, sizeBytes) });
  }
  if (problems.length === 0) return pieces;
  throw problemsError('ERR_BASE_ARCHIVE', `${file.name} cannot be put together`, problems);
}

function sizeProblem(actual: number | undefined, expected: number): string {
  return actual === undefined ? 'is missing' : `has ${actual} bytes; expected ${expected}`;
}

async function readList(path: string, signal: AbortSignal | undefined): Promise<Uint8Array> {
  const sizeBytes = await sizeOf(path);
  if (sizeBytes === undefined) {
    throw new ManifestError('ERR_BASE_ARCHIVE', `${path} is missing`, {
      details: { path },
      hint: 'Give the folder of an HTML5 bundle that holds archive_files.json, usually archive/.',
    });
  }
  if (sizeBytes > MAX_ARCHIVE_FILES_BYTES) throw tooLarge(path, sizeBytes, MAX_ARCHIVE_FILES_BYTES);
  return new Uint8Array(await readFile(path, { signal }));
}

/** Size of a file, `undefined` where there is none. Any other failure is thrown. */
async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function tooLarge(path: string, sizeBytes: number, maxBytes: number): ManifestError {
  return new ManifestError('ERR_TOO_LARGE', `${path} has ${sizeBytes} bytes; expected at most ${maxBytes}`, {
    details: { path, sizeBytes, maxBytes },
  });
}
