import { gzipSync } from 'node:zlib';

/** One script of a bundled page. */
export interface PageChunk {
  readonly fileName: string;
  /** Source file that the chunk is the entry of: of the page, or of an `import()`. `undefined` for what chunks share. */
  readonly module: string | undefined;
  readonly isPageEntry: boolean;
  /** File names of the chunks that load with it. */
  readonly imports: readonly string[];
  readonly code: string;
  /** Bytes of each source file in it, minified or nearly so. */
  readonly sources: ReadonlyMap<string, number>;
}

/** A page as a bundler writes it. */
export interface PageBundle {
  readonly bundler: string;
  readonly chunks: readonly PageChunk[];
}

/** The chunks that a page has loaded once these modules were imported: the entry, theirs, and what those import. */
export function loadedChunks({ chunks }: PageBundle, modules: ReadonlySet<string>): readonly PageChunk[] {
  const starts = chunks.filter(
    ({ isPageEntry, module }) => isPageEntry || (module !== undefined && modules.has(module)),
  );
  const names = new Set(starts.map(({ fileName }) => fileName));
  for (const name of names) {
    for (const imported of chunks.find(({ fileName }) => fileName === name)?.imports ?? []) names.add(imported);
  }
  return chunks.filter(({ fileName }) => names.has(fileName));
}

/** What a chunk costs on the wire: each is compressed by itself. */
export function gzipBytes({ code }: PageChunk): number {
  return gzipSync(code, { level: 9 }).length;
}

/** What chunks cost together. */
export function totalBytes(chunks: readonly PageChunk[]): number {
  return chunks.reduce((sum, chunk) => sum + gzipBytes(chunk), 0);
}
