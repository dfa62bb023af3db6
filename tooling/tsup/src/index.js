import { defineConfig } from 'tsup';
import { joinCore } from './join-core.js';

export { joinCore };

// Plain JavaScript: tsup leaves packages that a config imports to Node, and Node 20 loads no TypeScript.

// tsup's d.ts step sets `baseUrl`, which TypeScript 6 reports; published types must not follow the source condition.
// Isolated declarations are the typecheck's business: here they would only stop a build that can do without them.
const DTS = {
  compilerOptions: {
    ignoreDeprecations: '6.0',
    customConditions: [],
    stripInternal: true,
    isolatedDeclarations: false,
    noEmit: false,
  },
};

/** @type {import('tsup').Options} */
const COMMON = {
  format: 'esm',
  target: 'es2023',
  platform: 'neutral',
  external: [/^node:/],
  clean: true,
  sourcemap: true,
};

/**
 * Builds one ESM package: each entry to `dist/<name>.js` with its types, workspace packages left as imports.
 *
 * @param {Record<string, string>} entry - Output name to source file.
 */
export function library(entry) {
  return defineConfig({ ...COMMON, entry, dts: DTS });
}

/**
 * Builds one ESM package file by file, as the sources are: a bundler of a page then takes the files that the page uses, and leaves
 * those that are imported later for later. Types are built for the entries alone.
 *
 * @param {Record<string, string>} entry - Name of the types to source file.
 * @param {{ core?: string }} [options] - `core`: entry whose files, as far as they are imported at once, are joined into one.
 */
export function libraryOfFiles(entry, { core } = {}) {
  const sources = ['src/**/*.ts', '!src/**/*.test.ts', '!src/**/*.fixture.ts', '!src/testing/**'];
  const joined = core === undefined ? {} : { onSuccess: () => joinCore('dist', core) };
  return defineConfig({ ...COMMON, entry: sources, bundle: false, dts: { ...DTS, entry }, ...joined });
}
