import { randomBytes } from 'node:crypto';
import { link, readdir, readFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { JsonValue } from '@lading/manifest';
import { MountError } from '../mount-error.js';
import { removeFile, syncFolder, tidy, writeNewFile } from './durable-file.js';
import { ifThere, NO_LINKS, systemCode } from './store-error.js';
import { temporaryName } from './temporary-file.js';

/** One version of all records. Never changed: a change makes the next version. */
export interface RecordVersion {
  readonly version: number;
  readonly records: ReadonlyMap<string, JsonValue>;
  /** Random ids of this version and of those before it, the newest last, at most {@link MAX_IDS}. */
  readonly ids: readonly string[];
}

const FILE_NAME = /^records\.(\d{1,15})\.json$/;
const FORMAT = 'lading.store/1';
const NOTHING: RecordVersion = { version: 0, records: new Map(), ids: [] };
/** A writer that was overtaken finds out by these whether the newer versions are built on its own. */
const MAX_IDS = 256;
const MAX_READS = 100;

/**
 * The records of a store, one file per version: `records.<version>.json`. The highest one counts. A version is written
 * aside, made durable and then linked to its name, which fails where that version exists already: of two writers that
 * start from the same version exactly one wins, whatever became of the lock.
 */
export class RecordTable {
  readonly #folder: string;
  #newest: RecordVersion = NOTHING;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The newest version. No folder or no file means: no records yet; nothing else does. */
  async read(): Promise<RecordVersion> {
    for (let i = 0; i < MAX_READS; i++) {
      const version = await this.#highest();
      if (version === 0) return NOTHING;
      if (version === this.#newest.version) return this.#newest;
      const text = await ifThere(() => readFile(this.#path(version), 'utf8'));
      if (text === undefined) continue; // A newer one has replaced it between the two calls.
      this.#newest = parseRecords(text, version, this.#path(version));
      return this.#newest;
    }
    throw new MountError('ERR_STORE_BUSY', `${this.#folder}: the records change faster than they can be read`, {
      retryable: true,
    });
  }

  /** Writes the version after `base`. False where somebody else wrote it first: read again, decide again. */
  async write(base: RecordVersion, records: ReadonlyMap<string, JsonValue>): Promise<boolean> {
    const version = base.version + 1;
    const id = randomBytes(6).toString('hex');
    const ids = [...base.ids, id].slice(-MAX_IDS);
    const aside = join(this.#folder, `records.${temporaryName()}`);
    const pairs = [...records].sort(([a], [b]) => (a < b ? -1 : 1));
    try {
      await writeNewFile(aside, `${JSON.stringify({ format: FORMAT, version, ids, records: pairs })}\n`);
      if (!(await publish(aside, this.#path(version)))) return false;
      await syncFolder(this.#folder);
    } finally {
      await tidy(() => removeFile(aside));
    }
    if (!(await this.#isPartOfHistory(version, id))) return false;
    await tidy(() => this.#removeOlder(version));
    return true;
  }

  /**
   * A writer that slept while others went past its version number, and removed it, finds the number free again. What it
   * wrote there was never the newest version: it is taken away, and the change is made again.
   */
  async #isPartOfHistory(version: number, id: string): Promise<boolean> {
    const newest = await this.read();
    if (newest.ids.includes(id)) return true;
    if (newest.version - version < MAX_IDS) {
      await removeFile(this.#path(version));
      return false;
    }
    throw new MountError('ERR_STORE_BUSY', `${this.#folder}: cannot tell whether a change of records was kept`, {
      details: { version, newest: newest.version },
      hint: 'The process was stopped in the middle of a change. Look at the records again.',
    });
  }

  async #highest(): Promise<number> {
    const names = (await ifThere(() => readdir(this.#folder))) ?? [];
    return names.reduce((highest, name) => Math.max(highest, Number(FILE_NAME.exec(name)?.[1] ?? 0)), 0);
  }

  async #removeOlder(version: number): Promise<void> {
    for (const name of await readdir(this.#folder)) {
      const found = FILE_NAME.exec(name);
      if (found !== null && Number(found[1]) < version) await removeFile(join(this.#folder, name));
    }
  }

  #path(version: number): string {
    return join(this.#folder, `records.${version}.json`);
  }
}

/** Gives a written file its name, unless the name is taken. */
async function publish(aside: string, path: string): Promise<boolean> {
  try {
    await link(aside, path);
    return true;
  } catch (error) {
    const code = systemCode(error) ?? '';
    if (code === 'EEXIST') return false;
    if (!NO_LINKS.has(code)) throw error;
  }
  if ((await ifThere(() => stat(path))) !== undefined) return false;
  await rename(aside, path);
  return true;
}

function parseRecords(text: string, version: number, path: string): RecordVersion {
  try {
    const parsed: unknown = JSON.parse(text);
    if (isTable(parsed) && parsed.version === version)
      return { version, records: new Map(parsed.records), ids: parsed.ids };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new MountError('ERR_STORE_CORRUPT', `${path}: not the records of a store`, {
    details: { path },
    hint: 'The file was changed from outside. Remove the folder of the store: content is downloaded again.',
  });
}

interface StoredTable {
  readonly version: number;
  readonly ids: readonly string[];
  readonly records: readonly [string, JsonValue][];
}

function isTable(value: unknown): value is StoredTable {
  if (typeof value !== 'object' || value === null) return false;
  const { format, ids, records } = value as { format?: unknown; ids?: unknown; records?: unknown };
  return format === FORMAT && Array.isArray(ids) && Array.isArray(records) && records.every(isPair);
}

function isPair(value: unknown): value is [string, JsonValue] {
  return Array.isArray(value) && value.length === 2 && typeof value[0] === 'string';
}
