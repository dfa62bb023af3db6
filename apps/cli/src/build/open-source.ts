import { stat } from 'node:fs/promises';
import { defoldGraph, type GraphSource, loadGraph, type ResourceGraph } from '@lading/graph';
import { directoryGraph, readPieces, type ScanCache, webScanners } from '@lading/graph/node';
import { type ContentSource, directoryContent, openContent, type SplitRules, variantReader } from '@lading/splitter';
import { CliError } from '../cli-error.js';
import type { SourceSetting } from '../config/lading-config.js';
import { inputError } from '../read-input.js';

/** A graph and the bytes that go with it. */
export interface OpenedSource {
  readonly graph: ResourceGraph;
  readonly content: ContentSource;
  /** References that lead nowhere, where the setting allows them: a line each. */
  readonly unresolved: readonly string[];
}

/** How {@link openSource} opens. */
export interface OpenSourceOptions {
  readonly rules: SplitRules;
  /** What is known of the files of a folder from an earlier graph. */
  readonly cache?: ScanCache | undefined;
  readonly signal: AbortSignal;
}

/** Opens what a source setting names: content first, then the graph, which may need the content's manifest. */
export async function openSource(setting: SourceSetting, options: OpenSourceOptions): Promise<OpenedSource> {
  const { signal } = options;
  const content = await openContentOf(setting, signal);
  const unresolved: string[] = [];
  try {
    const source = await graphSource(setting, { ...options, content, unresolved });
    return { content, graph: await loadGraph(source, { signal }), unresolved };
  } catch (error) {
    await content.close();
    throw error;
  }
}

function openContentOf(setting: SourceSetting, signal: AbortSignal): Promise<ContentSource> {
  switch (setting.kind) {
    case 'defold':
      return openContent(setting.content, { signal });
    case 'files':
      return directoryContent(setting.dir, { signal });
    case 'custom':
      return Promise.resolve(setting.content);
  }
}

async function graphSource(
  setting: SourceSetting,
  {
    rules: { variants },
    cache,
    signal,
    content,
    unresolved,
  }: OpenSourceOptions & { readonly content: ContentSource; readonly unresolved: string[] },
): Promise<GraphSource> {
  const read = variantReader(variants);
  switch (setting.kind) {
    case 'defold':
      if (setting.graph === undefined) return manifestGraph(setting.content, content);
      return defoldGraph({ graph: await fileChunks(setting.graph, signal), manifest: content.manifest });
    case 'files':
      return directoryGraph({
        dir: setting.dir,
        edges: setting.edges,
        entries: setting.entries,
        scanners: webScanners(),
        cache,
        onUnresolved:
          setting.allowUnresolved === true ? ({ place, problem }) => unresolved.push(`${place} ${problem}`) : undefined,
        commonPath: variants === undefined ? undefined : (path) => read(path)?.path,
      });
    case 'custom':
      return setting.graph;
  }
}

function manifestGraph(path: string, content: ContentSource): GraphSource {
  if (content.manifest !== undefined) return defoldGraph({ manifest: content.manifest });
  throw new CliError('ERR_INPUT_UNKNOWN', `${path} has no Defold manifest, so it does not say what belongs together`, {
    details: { file: path },
    hint: "Add --graph build/default/game.graph.json, or use --assets DIR for content that is not Defold's.",
  });
}

/** A file in chunks, so that a graph of any size is never one string. Opened at once: a missing file fails here. */
async function fileChunks(file: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
  const facts = await stat(file).catch((error: unknown) => {
    throw inputError(file, error);
  });
  if (facts.isDirectory()) throw inputError(file, Object.assign(new Error('a folder'), { code: 'EISDIR' }));
  return readPieces(file, { signal });
}
