/**
 * Bounds how many calls are under way: halves the bound when a server says that it is busy, and lets it grow by one each time
 * that as many calls went well.
 */
export class Throttle {
  readonly #max: number;
  readonly #queue: (() => void)[] = [];
  #limit: number;
  #active = 0;

  constructor(max: number) {
    this.#max = max;
    this.#limit = max;
  }

  /** How many calls may be under way now. */
  get limit(): number {
    return Math.floor(this.#limit);
  }

  /** Runs a call when there is room for it. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#active >= this.limit) await new Promise<void>((resolve) => this.#queue.push(resolve));
    else this.#active += 1;
    try {
      const result = await work();
      this.#limit = Math.min(this.#max, this.#limit + 1 / this.#limit);
      return result;
    } finally {
      this.#leave();
    }
  }

  /** The server is busy: half of what is under way is enough. */
  slowDown(): void {
    this.#limit = Math.max(1, Math.min(this.#limit, this.#active) / 2);
  }

  /** Hands the place on, where it still is one. */
  #leave(): void {
    this.#active -= 1;
    while (this.#active < this.limit) {
      const next = this.#queue.shift();
      if (next === undefined) return;
      this.#active += 1;
      next();
    }
  }
}
