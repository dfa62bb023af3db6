import type { Options } from 'tsup';

/** Builds one ESM package: each entry to `dist/<name>.js` with its types, workspace packages left as imports. */
export function library(entry: Record<string, string>): Options | Options[] | ((overrides: Options) => unknown);

/**
 * Builds one ESM package file by file; types for these entries.
 *
 * @param options.core - An entry whose files, as far as they are imported at once, are joined into one.
 */
export function libraryOfFiles(
  entry: Record<string, string>,
  options?: { readonly core?: string },
): Options | Options[] | ((overrides: Options) => unknown);

/** Joins what an entry of built files imports at once into one file, `<name>-core.js`; the rest finds it there. */
export function joinCore(dist: string, name: string): Promise<void>;
