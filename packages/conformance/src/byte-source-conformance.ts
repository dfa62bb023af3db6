import type { ByteSource } from '@lading/mount';
import { SOURCE_ABORTS, SOURCE_PROMISES, SOURCE_READS } from './byte-source-cases.js';
import { type ConformanceSuite, withoutCases } from './conformance-suite.js';

/** How {@link byteSourceConformance} makes a source of the kind under test. */
export interface ByteSourceConformanceOptions {
  /** Makes a source whose content is exactly `bytes`; a new one for each case, of 0 bytes up to 3 MiB. */
  readonly create: (bytes: Uint8Array) => Promise<ByteSource>;
  /** Clears up after a case; the source has been closed. */
  readonly destroy?: ((source: ByteSource) => Promise<void>) | undefined;
  /** Names of cases to leave out. */
  readonly skip?: readonly string[] | undefined;
}

/** One promise, tried with a way to make sources; sources are closed and destroyed behind it. */
export type ByteSourceCheck = (create: (bytes: Uint8Array) => Promise<ByteSource>) => Promise<void>;

/**
 * All promises of {@link ByteSource} as cases: whatever passes may be opened as an archive.
 *
 * @example
 * runSuite(byteSourceConformance({ create: async (bytes) => memorySource(bytes) }), { describe, it });
 */
export function byteSourceConformance(options: ByteSourceConformanceOptions): ConformanceSuite {
  const checks: Record<string, ByteSourceCheck> = { ...SOURCE_READS, ...SOURCE_ABORTS, ...SOURCE_PROMISES };
  const cases = Object.entries(checks).map(([name, check]) => ({ name, run: () => runCheck(check, options) }));
  return withoutCases({ name: 'ByteSource', cases }, options.skip);
}

async function runCheck(check: ByteSourceCheck, options: ByteSourceConformanceOptions): Promise<void> {
  const made: ByteSource[] = [];
  try {
    await check(async (bytes) => {
      const source = await options.create(bytes);
      made.push(source);
      return source;
    });
  } finally {
    for (const source of made) {
      await source.close?.();
      await options.destroy?.(source);
    }
  }
}
