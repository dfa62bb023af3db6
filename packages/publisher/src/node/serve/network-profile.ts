import { printable } from '../../printable.js';
import { PublishError } from '../../publish-error.js';

/** How slow a network is. */
export interface NetworkProfile {
  readonly bytesPerSecond: number;
  /** Delay before each answer, in milliseconds. */
  readonly latencyMs: number;
}

/**
 * Networks to try a game on. Figures of WebPageTest's connections of the same names; `slow-4g` is the one of Lighthouse.
 */
export const NETWORK_PROFILES: Readonly<Record<string, NetworkProfile>> = {
  'slow-3g': { bytesPerSecond: 50_000, latencyMs: 400 },
  '3g': { bytesPerSecond: 200_000, latencyMs: 300 },
  'slow-4g': { bytesPerSecond: 204_800, latencyMs: 150 },
  '4g': { bytesPerSecond: 1_125_000, latencyMs: 170 },
};

/**
 * Finds a profile by name.
 *
 * @throws PublishError `ERR_SERVE_PROFILE` with the names that there are.
 */
export function networkProfile(name: string | undefined): NetworkProfile {
  if (name === undefined) return { bytesPerSecond: Number.POSITIVE_INFINITY, latencyMs: 0 };
  const profile = Object.hasOwn(NETWORK_PROFILES, name) ? NETWORK_PROFILES[name] : undefined;
  if (profile !== undefined) return profile;
  const known = Object.keys(NETWORK_PROFILES);
  throw new PublishError('ERR_SERVE_PROFILE', `There is no network profile "${printable(name)}"`, {
    details: { actual: printable(name), expected: known },
    hint: `Choose one of ${known.join(', ')}.`,
  });
}

/**
 * Shares one line among all answers: each piece of bytes is told how long to wait until the line has carried it. Pure but
 * for its own memory; the time comes from the caller, in milliseconds.
 */
export class SharedLine {
  readonly #bytesPerSecond: number;
  #freeAtMs = 0;

  constructor(bytesPerSecond: number) {
    this.#bytesPerSecond = bytesPerSecond;
  }

  /** Milliseconds from `nowMs` until `sizeBytes` more have gone through. */
  waitMs(nowMs: number, sizeBytes: number): number {
    this.#freeAtMs = Math.max(this.#freeAtMs, nowMs) + (sizeBytes / this.#bytesPerSecond) * 1_000;
    return this.#freeAtMs - nowMs;
  }
}
