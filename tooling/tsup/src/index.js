import { defineConfig } from 'tsup';

// Plain JavaScript: tsup leaves packages that a config imports to Node, and Node 20 loads no TypeScript.

/**
 * Builds one ESM package: each entry to `dist/<name>.js` with its types, workspace packages left as imports.
 *
 * @param {Record<string, string>} entry - Output name to source file.
 */
export function library(entry) {
  return defineConfig({
    entry,
    format: 'esm',
    target: 'es2023',
    platform: 'neutral',
    external: [/^node:/],
    clean: true,
    sourcemap: true,
    // tsup's d.ts step sets `baseUrl`, which TypeScript 6 reports; published types must not follow the source condition.
    // Isolated declarations are the typecheck's business: here they would only stop a build that can do without them.
    dts: {
      compilerOptions: {
        ignoreDeprecations: '6.0',
        customConditions: [],
        stripInternal: true,
        isolatedDeclarations: false,
        noEmit: false,
      },
    },
  });
}
