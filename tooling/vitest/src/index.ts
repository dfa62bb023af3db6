import type { ViteUserConfig } from 'vitest/config';

/** The condition under which workspace packages resolve to their sources. */
export const SOURCE_CONDITION = '@lading/source';

/** Test settings shared by the whole workspace: run from source, no globals, time enough for real servers. */
export const preset: ViteUserConfig = {
  resolve: { conditions: [SOURCE_CONDITION, 'node', 'import', 'default'] },
  // No 'import' here: Vitest hands these to Node as --conditions, and a CommonJS dependency that `require`s a package with
  // both forms (yazl and its CRC) would get the ES module instead.
  ssr: { resolve: { conditions: [SOURCE_CONDITION, 'node'] } },
  test: {
    include: ['{packages,apps,tooling,examples}/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**', 'examples/*/build/**'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
  },
};
