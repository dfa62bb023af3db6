import { MountError } from './mount-error.js';

/**
 * Watches that a body arrives at a least speed, over one window of time after the other. A peer that sends a byte now and then
 * never stalls, and never ends either.
 */
export class LeastRate {
  readonly #what: string;
  readonly #windowMs: number;
  readonly #bytesPerSecond: number;
  #since: number = performance.now();
  #bytes = 0;

  constructor(
    what: string,
    { windowMs, bytesPerSecond }: { readonly windowMs: number; readonly bytesPerSecond: number },
  ) {
    this.#what = what;
    this.#windowMs = windowMs;
    this.#bytesPerSecond = bytesPerSecond;
  }

  /** @throws MountError `ERR_SOURCE_UNREACHABLE` where a whole window brought too little. */
  note(bytes: number): void {
    this.#bytes += bytes;
    const elapsedMs = performance.now() - this.#since;
    if (elapsedMs < this.#windowMs) return;
    if (this.#bytes * 1_000 < this.#bytesPerSecond * elapsedMs) {
      const message = `${this.#what}: ${this.#bytes} bytes in ${Math.round(elapsedMs)} ms is too slow`;
      throw new MountError('ERR_SOURCE_UNREACHABLE', message, {
        details: { url: this.#what, leastBytesPerSecond: this.#bytesPerSecond },
        retryable: true,
      });
    }
    this.#since += elapsedMs;
    this.#bytes = 0;
  }
}
