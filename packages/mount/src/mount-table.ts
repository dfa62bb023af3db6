import type { ContentEntry, MountedContent } from './mounted-content.js';
import type { PathPredicate } from './path-pattern.js';
import type { Mount } from './runtime-types.js';

/** One row of the mount table. */
export interface MountRow {
  readonly mount: Mount;
  readonly content: MountedContent;
  /** Which paths it may serve. `undefined`: all. */
  readonly allows: PathPredicate | undefined;
}

/** A row of a generation. */
export interface RankedRow extends MountRow {
  /** Among rows of equal priority the greater one wins: how the variant of the archive fares under the app's choice. */
  readonly layer: number;
}

/** A row that has a path, and what the path leads to there. */
export interface Candidate {
  readonly row: RankedRow;
  readonly entry: ContentEntry;
}

/** An immutable snapshot of the table. Whoever reads from it holds a pin; its archives stay open until the last pin. */
export interface Generation {
  readonly number: number;
  /** Best first: higher priority, then the wanted variant, then later sequence. */
  readonly rows: readonly RankedRow[];
}

/** Every row that has a path, best first. A row that has it is a candidate, whether its bytes are sound or not. */
export function candidatesOf(generation: Generation, path: string): Candidate[] {
  const found: Candidate[] = [];
  for (const row of generation.rows) {
    if (row.allows !== undefined && !row.allows(path)) continue;
    const entry = row.content.find(path);
    if (entry !== undefined) found.push({ row, entry });
  }
  return found;
}

/** The row that serves a path: absence, and only absence, falls through to the next one. */
export function winnerOf(generation: Generation, path: string): Candidate | undefined {
  for (const row of generation.rows) {
    if (row.allows !== undefined && !row.allows(path)) continue;
    const entry = row.content.find(path);
    if (entry !== undefined) return { row, entry };
  }
  return undefined;
}

/**
 * The mounts of a runtime as a line of immutable generations. A change makes a new one at once and whole; an archive is
 * closed when no generation that somebody still reads from holds it.
 */
export class MountTable {
  #current: Generation = { number: 0, rows: [] };
  readonly #pins = new Map<Generation, number>([[this.#current, 1]]);
  readonly #holders = new Map<MountedContent, number>();

  get current(): Generation {
    return this.#current;
  }

  /** Replaces all rows. Resolves when contents that nobody needs any more are closed. */
  async replace(rows: readonly MountRow[], layerOf: (mount: Mount) => number): Promise<Generation> {
    const before = this.#current;
    const ranked = rows.map((row): RankedRow => ({ ...row, layer: layerOf(row.mount) }));
    const next: Generation = { number: before.number + 1, rows: ranked.sort(compareRows) };
    for (const { content } of next.rows) this.#holders.set(content, (this.#holders.get(content) ?? 0) + 1);
    this.#pins.set(next, 1);
    this.#current = next;
    await this.unpin(before);
    return next;
  }

  /** Keeps the current generation readable until {@link unpin}. */
  pin(): Generation {
    const generation = this.#current;
    this.#pins.set(generation, (this.#pins.get(generation) ?? 0) + 1);
    return generation;
  }

  async unpin(generation: Generation): Promise<void> {
    const pins = (this.#pins.get(generation) ?? 0) - 1;
    if (pins > 0) {
      this.#pins.set(generation, pins);
      return;
    }
    this.#pins.delete(generation);
    await Promise.all(generation.rows.map(({ content }) => this.#letGo(content)));
  }

  async #letGo(content: MountedContent): Promise<void> {
    const holders = (this.#holders.get(content) ?? 0) - 1;
    if (holders > 0) {
      this.#holders.set(content, holders);
      return;
    }
    this.#holders.delete(content);
    await content.close();
  }
}

function compareRows(a: RankedRow, b: RankedRow): number {
  return b.mount.priority - a.mount.priority || b.layer - a.layer || b.mount.sequence - a.mount.sequence;
}
