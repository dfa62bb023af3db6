import { defineConfig } from 'tsup';

/** Builds one ESM package: each entry to `dist/<name>.js` with its types, workspace packages left as imports. */
export function library(entry: Record<string, string>): ReturnType<typeof defineConfig> {
  return defineConfig({
    entry,
    format: 'esm',
    target: 'es2023',
    platform: 'neutral',
    external: [/^node:/],
    clean: true,
    sourcemap: true,
    // tsup's d.ts step sets `baseUrl`, which TypeScript 6 reports; published types must not follow the source condition.
    dts: {
      compilerOptions: { ignoreDeprecations: '6.0', customConditions: [], stripInternal: true, noEmit: false },
    },
  });
}
