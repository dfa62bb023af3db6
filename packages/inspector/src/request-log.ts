import type { ShownError } from './diagnostics.js';

/** One resource that the page asked for. */
export interface RequestRow {
  readonly path: string;
  /** How it was asked for: `read`, `response`, `blob`, `url`. */
  readonly by: string;
  /** The mount that served it; absent where none has the path. */
  readonly mount?: string | undefined;
  /** Where its bytes were: in the store or in memory, behind the network, or nowhere. */
  readonly source: 'local' | 'remote' | 'missing';
  /** When it was asked for, in milliseconds since the page was opened. */
  readonly atMs: number;
  readonly tookMs: number;
  /** Verified bytes that came; absent where none did. */
  readonly sizeBytes?: number | undefined;
  readonly error?: ShownError | undefined;
}

/** The newest requests, newest first. */
export class RequestLog {
  static readonly MAX_ROWS = 200;
  #rows: readonly RequestRow[] = [];
  #total = 0;
  #failed = 0;
  readonly #counts = new Map<string, { verified: number; failed: number }>();

  get rows(): readonly RequestRow[] {
    return this.#rows;
  }

  /** All since the page was opened, whether they are still listed or not. */
  get total(): number {
    return this.#total;
  }

  /** Those of them that failed. */
  get failed(): number {
    return this.#failed;
  }

  add(row: RequestRow): void {
    this.#total += 1;
    if (row.error !== undefined) this.#failed += 1;
    this.#rows = [row, ...this.#rows].slice(0, RequestLog.MAX_ROWS);
    if (row.mount === undefined) return;
    const counts = this.countsOf(row.mount);
    this.#counts.set(row.mount, {
      verified: counts.verified + (row.error === undefined ? 1 : 0),
      failed: counts.failed + (row.error === undefined ? 0 : 1),
    });
  }

  /** How many reads of a mount were verified, and how many failed, since the page was opened. */
  countsOf(mount: string): { readonly verified: number; readonly failed: number } {
    return this.#counts.get(mount) ?? { verified: 0, failed: 0 };
  }
}
