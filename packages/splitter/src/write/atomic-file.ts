import { randomBytes } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { printable, SplitError, systemErrorCode } from '../split-error.js';
import type { ArchiveSink } from '../zip/archive-output.js';
import { isWriterGone, writerTag } from './writer-tag.js';

const TEMPORARY = /^\.lading-(?:([0-9a-f]{12}-[0-9]{1,10})-)?[0-9a-f]{16}\.tmp$/;
const STALE_AFTER_MS = 24 * 60 * 60 * 1_000;

/** A file under a temporary name beside its place. @internal */
export interface TemporaryFile {
  readonly path: string;
  readonly sink: ArchiveSink;
  /** Gives the file its name, replacing what has it. */
  commit(file: string): Promise<void>;
  /** Removes the file; after `commit` it does nothing. */
  discard(): Promise<void>;
}

/**
 * Opens a temporary file in a folder, which it makes. A reader of the folder sees a file under its final name whole or not
 * at all. What a killed process left is removed by
 * the next run on this machine, or a day later.
 *
 * It does not wait for the disk: after a power cut a file may be short, which its digest tells; the next run repairs it.
 *
 * @throws SplitError `ERR_ARCHIVE_WRITE`.
 * @internal
 */
export async function temporaryFile(folder: string): Promise<TemporaryFile> {
  const path = join(folder, `.lading-${writerTag}-${randomBytes(8).toString('hex')}.tmp`);
  const handle = await writing(folder, async () => {
    await mkdir(folder, { recursive: true });
    return open(path, 'wx');
  });
  let isOpen = true;
  let isCommitted = false;
  const close = async (): Promise<void> => {
    if (!isOpen) return;
    isOpen = false;
    await handle.close();
  };
  return {
    path,
    sink: { write: (bytes) => writing(path, () => writeFully(handle, bytes)) },
    commit: (file) =>
      writing(file, async () => {
        await close();
        await rename(path, file);
        isCommitted = true;
      }),
    discard: async () => {
      await close();
      if (!isCommitted) await rm(path, { force: true });
    },
  };
}

/** Removes temporary files whose writer has ended or, of another machine, that are a day old: no running writer loses its own. @internal */
export async function sweepTemporaryFiles(folder: string): Promise<void> {
  await writing(folder, async () => {
    await mkdir(folder, { recursive: true });
    for (const name of await readdir(folder)) {
      const match = TEMPORARY.exec(name);
      if (match !== null && (isWriterGone(match[1] ?? '') ?? (await isOld(join(folder, name)))))
        await rm(join(folder, name), { force: true });
    }
  });
}

async function isOld(file: string): Promise<boolean> {
  const facts = await stat(file).catch(onlyMissing);
  return facts !== undefined && Date.now() - facts.mtimeMs > STALE_AFTER_MS;
}

/** Writes a whole small file atomically. @internal */
export async function writeFileAtomically(file: string, bytes: Uint8Array): Promise<void> {
  const temporary = await temporaryFile(dirname(file));
  try {
    await temporary.sink.write(bytes);
    await temporary.commit(file);
  } finally {
    await temporary.discard();
  }
}

async function writeFully(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length; ) written += (await handle.write(bytes, written)).bytesWritten;
}

async function writing<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const code = systemErrorCode(error);
    if (error instanceof SplitError || code === undefined) throw error;
    const name = printable(file);
    throw new SplitError('ERR_ARCHIVE_WRITE', `${name} cannot be written (${code})`, {
      cause: error,
      details: { file: name, name: basename(name), reason: code },
      ...(code === 'ENOSPC'
        ? { hint: 'The disk is full. Nothing half-written is left; free some space and run again.' }
        : {}),
    });
  }
}

function onlyMissing(error: unknown): undefined {
  if (systemErrorCode(error) === 'ENOENT') return undefined;
  throw error;
}
