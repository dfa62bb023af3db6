import { stat } from 'node:fs/promises';
import type { ContentSource } from '../content/content-source.js';
import type { PlannedArchive } from '../plan/split-plan.js';
import type { WrittenArchive } from './write-archives.js';

/** A file system may give two changes this close to one another the same time. */
const SAME_TIME_MS = 100;
const STATS_AT_ONCE = 32;

interface Known {
  /** Of everything that the archive is made of. */
  readonly content: string;
  /** Of the archive's own file. */
  readonly file: string;
  readonly written: WrittenArchive;
}

/**
 * Remembers which archives were written from which files, so that the next `writeArchives` into the same folder makes only those
 * anew of which a file changed. It is about files alone: content of another kind (Defold's, a zip's) is written every time.
 *
 * @example
 * const cache = new ArchiveCache();
 * for await (const archive of writeArchives(plan, content, { out, cache })) console.log(archive.name);
 */
export class ArchiveCache {
  readonly #known = new Map<string, Known>();

  /** The archive as it was written, where nothing of it has changed since; and what to remember it by once it is written anew. @internal */
  async find(
    archive: PlannedArchive,
    content: ContentSource,
    options: string,
  ): Promise<{ readonly written?: WrittenArchive | undefined; readonly stamp?: string | undefined }> {
    const stamp = await contentStamp(archive, content, options);
    const known = this.#known.get(archive.name);
    if (stamp === undefined || known?.content !== stamp) return { stamp };
    if ((await fileStamp(known.written.file)) !== known.file) return { stamp };
    return { written: { ...known.written, isNew: false } };
  }

  /** Remembers an archive that stands in its place. @internal */
  async keep(archive: PlannedArchive, stamp: string | undefined, written: WrittenArchive): Promise<void> {
    const file = await fileStamp(written.file);
    if (stamp === undefined || file === undefined) this.#known.delete(archive.name);
    else this.#known.set(archive.name, { content: stamp, file, written });
  }
}

/** `undefined` where the archive is not made of files alone, or one of them has changed this moment. */
async function contentStamp(
  archive: PlannedArchive,
  content: ContentSource,
  options: string,
): Promise<string | undefined> {
  const { name, priority, variant, meta, resources } = archive;
  const parts = [JSON.stringify([options, name, priority, variant ?? null, meta ?? null])];
  for (let first = 0; first < resources.length; first += STATS_AT_ONCE) {
    const some = resources.slice(first, first + STATS_AT_ONCE);
    const stamps = await Promise.all(some.map((resource) => settledStamp(content.fileOf?.(resource))));
    for (const [i, stamp] of stamps.entries()) {
      if (stamp === undefined) return undefined;
      parts.push(JSON.stringify([some[i]?.path, some[i]?.as ?? null, stamp]));
    }
  }
  return parts.join('\n');
}

/** The stamp of a file that nobody may be writing at this moment. */
async function settledStamp(file: string | undefined): Promise<string | undefined> {
  const facts = file === undefined ? undefined : await factsOf(file);
  return facts === undefined || Date.now() - facts.changedAtMs < SAME_TIME_MS ? undefined : facts.stamp;
}

async function fileStamp(file: string): Promise<string | undefined> {
  return (await factsOf(file))?.stamp;
}

async function factsOf(file: string): Promise<{ readonly stamp: string; readonly changedAtMs: number } | undefined> {
  try {
    const { size, mtimeMs, ctimeMs, ino } = await stat(file);
    return { stamp: [size, mtimeMs, ctimeMs, ino].join(' '), changedAtMs: ctimeMs };
  } catch {
    return undefined; // Whoever reads the file says what is wrong with it.
  }
}
