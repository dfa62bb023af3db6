import type { Options } from 'tsup';

/** Builds one ESM package: each entry to `dist/<name>.js` with its types, workspace packages left as imports. */
export function library(entry: Record<string, string>): Options | Options[] | ((overrides: Options) => unknown);

/** Builds one ESM package file by file; types for these entries. */
export function libraryOfFiles(entry: Record<string, string>): Options | Options[] | ((overrides: Options) => unknown);
