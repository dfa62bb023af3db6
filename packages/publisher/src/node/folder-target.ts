import { createHash } from 'node:crypto';
import { rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { printable } from '../printable.js';
import { PublishError } from '../publish-error.js';
import type {
  ObjectBody,
  ObjectInfo,
  ObjectMeta,
  PublishTarget,
  PutCondition,
  TargetCallOptions,
} from '../publish-target.js';
import { conflictError, wrongBodyError } from '../target-errors.js';
import { discardFile, placeFile, type StagedFile, stageFile, stagingFolder, sweepStaging } from './atomic-file.js';
import { exclusively } from './exclusively.js';
import { removeEmptyFolders, syncFolder } from './file-durability.js';
import { errnoOf, folderError, isNotFound } from './folder-error.js';
import { listFolder } from './folder-list.js';
import { folderPath, RESERVED_FOLDER } from './folder-path.js';
import { type FileFacts, fileBytes, fileFacts, withFile } from './stored-file.js';

/**
 * Makes a publish target of a local folder. The folder is made at the first write.
 *
 * `put` writes to a file of its own, syncs it, renames it into place and syncs the folder: readers see the old object or
 * the new, also after a power cut. `putIf` is atomic among all processes that use this target on one machine. The etag is
 * the SHA-256 of the content. Nothing is followed out of the folder: keys are checked and symbolic links refused. A folder
 * stores no headers, so whoever serves it decides them ({@link serveFolder} does as the release asks).
 *
 * @throws PublishError from its calls: `ERR_TARGET_KEY`, `ERR_TARGET_FORBIDDEN` (EACCES, EPERM, EROFS), `ERR_TARGET_MISSING`
 * (a file stands where the folder should), `ERR_TARGET_FAILED` for everything else that the file system says.
 * @example
 * const target = folderTarget('dist/content');
 * await target.put('archives/a.zip', bytes, { contentType: 'application/zip', cacheControl: 'no-cache' });
 */
export function folderTarget(dir: string): PublishTarget {
  const folder = resolve(dir);
  let swept: Promise<void> | undefined;

  /** Checks before each call that the folder is one, and gives the path of a key. */
  async function at<T>(key: string, doing: string, action: (path: string) => Promise<T>): Promise<T> {
    try {
      await assertFolder(folder);
      return await action(await folderPath(folder, key));
    } catch (error) {
      throw folderError(error, doing, key);
    }
  }

  async function stage(
    key: string,
    body: ObjectBody,
    meta: ObjectMeta,
    options?: TargetCallOptions,
  ): Promise<StagedFile> {
    swept ??= sweepStaging(folder);
    await swept;
    const staged = await stageFile(folder, body, options);
    if (meta.digest === undefined || meta.digest === staged.digest) return staged;
    await discardFile(staged);
    throw wrongBodyError(key, meta.digest, staged.digest);
  }

  return {
    name: printable(folder),
    capabilities: { conditionalPut: true, digests: true },
    head: (key, options) =>
      at(key, 'read', async (path) => {
        const facts = await withFile(path, (file) => fileFacts(file, options?.signal));
        return facts && infoOf(key, facts);
      }),
    get: (key, options) =>
      at(key, 'read', (path) =>
        withFile(path, async (file) => {
          options.signal?.throwIfAborted();
          const bytes = await fileBytes(file, key, options.maxBytes);
          const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}` as const;
          const modifiedAt = (await file.stat()).mtime;
          return { bytes, info: infoOf(key, { digest, sizeBytes: bytes.length, modifiedAt }) };
        }),
      ),
    put: (key, body, meta, options) =>
      at(key, 'write', async (path) => {
        const staged = await stage(key, body, meta, options);
        return place(folder, key, staged, path, options);
      }),
    putIf: (key, body, meta, condition, options) =>
      at(key, 'write', async (path) => {
        const staged = await stage(key, body, meta, options);
        try {
          const write = () => placeIf(folder, key, staged, path, condition, options);
          return await exclusively(lockFolder(folder, key), write, options?.signal);
        } finally {
          await discardFile(staged);
          await removeEmptyFolders(reservedFolders(folder));
        }
      }),
    async *list(prefix, options) {
      try {
        options?.signal?.throwIfAborted();
        await assertFolder(folder);
        yield* listFolder(folder, prefix, options?.signal);
      } catch (error) {
        throw folderError(error, 'list', prefix);
      }
    },
    remove: (key, options) =>
      at(key, 'delete', async (path) => {
        options?.signal?.throwIfAborted();
        await rm(path, { force: true });
        await syncFolder(dirname(path)).catch((error: unknown) => {
          if (!isNotFound(error)) throw error;
        });
      }),
    close: () => removeEmptyFolders(reservedFolders(folder)),
  };
}

async function place(
  folder: string,
  key: string,
  staged: StagedFile,
  path: string,
  options: TargetCallOptions | undefined,
): Promise<ObjectInfo> {
  try {
    options?.signal?.throwIfAborted();
    await placeFile(folder, staged, path);
  } catch (error) {
    await discardFile(staged);
    throw error;
  }
  return infoOf(key, staged);
}

async function placeIf(
  folder: string,
  key: string,
  staged: StagedFile,
  path: string,
  condition: PutCondition,
  options: TargetCallOptions | undefined,
): Promise<ObjectInfo> {
  const current = await withFile(path, (file) => fileFacts(file, options?.signal));
  const expected = 'ifMatch' in condition ? condition.ifMatch : undefined;
  if (current?.digest !== expected) throw conflictError(key, condition, current?.digest);
  return place(folder, key, staged, path, options);
}

function infoOf(key: string, facts: Omit<FileFacts, 'modifiedAt'> & { readonly modifiedAt?: Date }): ObjectInfo {
  const { sizeBytes, digest, modifiedAt } = facts;
  return { key, sizeBytes, etag: digest, digest, modifiedAt };
}

function lockFolder(folder: string, key: string): string {
  const name = createHash('sha256').update(key).digest('hex').slice(0, 32);
  return join(folder, RESERVED_FOLDER, 'locks', name);
}

function reservedFolders(folder: string): string[] {
  return [join(folder, RESERVED_FOLDER, 'locks'), stagingFolder(folder), join(folder, RESERVED_FOLDER)];
}

/** A folder that is not there yet is an empty one. */
async function assertFolder(folder: string): Promise<void> {
  try {
    if ((await stat(folder)).isDirectory()) return;
  } catch (error) {
    if (isNotFound(error)) return;
    if (errnoOf(error) !== 'ENOTDIR') throw error;
  }
  throw new PublishError('ERR_TARGET_MISSING', `"${printable(folder)}" is not a folder`, {
    details: { path: printable(folder) },
    hint: 'A file stands there or above it. Choose another folder.',
  });
}
