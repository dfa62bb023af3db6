import type { MountStore } from '@lading/mount';
import { type ConformanceCase, type ConformanceSuite, withoutCases } from './conformance-suite.js';
import { ARCHIVE_CASES, RECORD_CASES } from './mount-store-cases.js';

/** What {@link mountStoreConformance} needs to know of a store. */
export interface MountStoreConformanceOptions {
  /** Makes an empty store, a new one for each case. */
  readonly create: () => Promise<MountStore>;
  /** Clears up after a case. */
  readonly destroy?: ((store: MountStore) => Promise<void>) | undefined;
  /** Makes a second store over the same content, as another process would; default: durability is not tried. */
  readonly reopen?: ((store: MountStore) => Promise<MountStore>) | undefined;
  /** Names of cases to leave out. */
  readonly skip?: readonly string[] | undefined;
}

/** One promise, tried on an empty store. */
export type MountStoreCheck = (store: MountStore, options: MountStoreConformanceOptions) => Promise<void>;

/**
 * All promises of {@link MountStore} as cases: whatever passes may keep a player's content.
 *
 * @example
 * runSuite(mountStoreConformance({ create: async () => memoryStore() }), { describe, it });
 */
export function mountStoreConformance(options: MountStoreConformanceOptions): ConformanceSuite {
  const checks = { ...ARCHIVE_CASES, ...RECORD_CASES };
  const cases: ConformanceCase[] = Object.entries(checks).map(([name, check]) => ({
    name,
    run: async () => {
      const store = await options.create();
      try {
        await check(store, options);
      } finally {
        await store.close();
        await options.destroy?.(store);
      }
    },
  }));
  return withoutCases({ name: 'MountStore', cases }, options.skip);
}
