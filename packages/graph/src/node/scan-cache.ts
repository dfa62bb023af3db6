import type { ScannedReference, Scanner } from '../scan/scanner.js';
import type { WalkedFile } from './walk-directory.js';

/** A file system may give two changes this close to one another the same time. */
const SAME_TIME_MS = 100;

interface Scanned {
  readonly stamp: string;
  readonly references: readonly ScannedReference[];
}

/**
 * Remembers what scanners found in files, from one graph of a folder to the next: only files that changed since are read
 * again. Give the same one, with the same scanners, to each `directoryGraph` of the folder.
 *
 * @example
 * const cache = new ScanCache();
 * await loadGraph(directoryGraph({ dir: 'public', cache }));
 * await loadGraph(directoryGraph({ dir: 'public', cache })); // reads what changed
 * cache.scannedFiles; // how many files that were, all in all
 */
export class ScanCache {
  #former: Map<string, Scanned> = new Map();
  #current: Map<string, Scanned> = new Map();
  /** Files that were read for a scanner so far. */
  scannedFiles = 0;

  /** Begins a new graph: what it does not ask for is forgotten. @internal */
  begin(): void {
    this.#former = new Map([...this.#former, ...this.#current]);
    this.#current = new Map();
  }

  /** Ends a graph that is whole. @internal */
  end(): void {
    this.#former = new Map();
  }

  /** What a scanner found in a file that has not changed since. @internal */
  get(scanner: Scanner, file: WalkedFile): readonly ScannedReference[] | undefined {
    const key = keyOf(scanner, file);
    const known = this.#current.get(key) ?? this.#former.get(key);
    if (known?.stamp !== file.stamp) return undefined;
    this.#current.set(key, known);
    return known.references;
  }

  /** Keeps what a scanner found. A file that has just changed may change again at the same time: it is not kept. @internal */
  set(scanner: Scanner, file: WalkedFile, references: readonly ScannedReference[]): void {
    if (Date.now() - file.changedAtMs < SAME_TIME_MS) return;
    this.#current.set(keyOf(scanner, file), { stamp: file.stamp, references });
  }
}

function keyOf(scanner: Scanner, file: WalkedFile): string {
  return `${scanner.name}\n${file.path}`;
}
