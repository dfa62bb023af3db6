import type { Problem } from '../lading-error.js';
import { type ManifestError, type ManifestErrorCode, problemsError } from '../manifest-error.js';

/** How many problems of one document are kept: enough to mend it, few enough for hostile input. */
export const MAX_PROBLEMS = 1_000;

/** Collects the problems of a document, to throw them all at once. */
export class ProblemList {
  readonly #problems: Problem[] = [];
  #count = 0;

  /** Whether reading on is of no more use: a document of a million broken entries is given up after the first thousand. */
  get isFull(): boolean {
    return this.#count >= MAX_PROBLEMS;
  }

  get isEmpty(): boolean {
    return this.#count === 0;
  }

  add(path: string, problem: string): void {
    this.#count++;
    if (this.#problems.length < MAX_PROBLEMS) this.#problems.push({ path, problem });
  }

  /** Makes the error of all problems; `details.problemCount` is above {@link MAX_PROBLEMS} where some were left out. */
  toError(code: ManifestErrorCode, what: string, hint?: string): ManifestError {
    return problemsError(code, what, this.#problems, { hint, details: { problemCount: this.#count } });
  }

  throwIfAny(code: ManifestErrorCode, what: string, hint?: string): void {
    if (!this.isEmpty) throw this.toError(code, what, hint);
  }
}
