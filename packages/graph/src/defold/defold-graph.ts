import type { DefoldManifest } from '@lading/manifest';
import { DIGEST_BYTES, GraphAssembly } from '../build/graph-assembly.js';
import { GraphError } from '../graph-error.js';
import type { GraphBuilder, GraphSource } from '../graph-source.js';
import { LOAD_GRAPH_DEFAULTS, loadGraph } from '../load-graph.js';
import { NODE_VIRTUAL, type ResourceGraph } from '../resource-graph.js';
import { GraphScanner } from './graph-scanner.js';
import { readManifest } from './manifest-entry.js';
import { addManifestGraph } from './manifest-graph.js';
import { ManifestJoin } from './manifest-join.js';
import { replayAssembly } from './replay-assembly.js';

/** What {@link defoldGraph} reads. At least one of `graph` and `manifest` is there. */
export interface DefoldGraphInput {
  /** The text of `game.graph.json`, whole or in pieces of any size; it is never held as a string. */
  readonly graph?: Uint8Array | AsyncIterable<Uint8Array> | undefined;
  /** Size of a text that comes in pieces, where it is known: memory is then taken once. A guess does no harm. */
  readonly graphBytes?: number | undefined;
  /** The Defold manifest of the same build, as bytes or parsed. */
  readonly manifest?: DefoldManifest | Uint8Array | undefined;
}

/** How much of a whole text is scanned at once: it fits into a processor's cache. */
const PIECE_BYTES = 1 << 18;

/**
 * Makes a {@link GraphSource} of what Defold's Bob writes.
 *
 * From `game.graph.json`: one node a resource; the virtual node `/<AnonymousRoot>` is the entry, `CollectionProxy` and
 * `ExcludedCollectionProxy` nodes are proxies, the latter are roots, and `isInMainBundle` is `isBundled`. Unknown keys
 * and node types are ignored.
 *
 * With the manifest too, sizes are joined by path or path hash: `sizeBytes` is the size of the stored payload, after
 * LZ4, which is what `hexDigest` is the digest of (the 16-byte header of a Live Update member is not counted). Entries
 * that only the manifest has (custom resources) become entry nodes. A node without entry, a differing digest, and an
 * EXCLUDED entry without node are problems (`ERR_GRAPH_MANIFEST`).
 *
 * From a manifest alone: one node an entry, named by its url, or `/url-hash/<16 hex digits>` in release builds, which
 * have no urls; BUNDLED entries are entries of the app, an entry with dependants is a root that needs them.
 *
 * @throws GraphError `ERR_GRAPH_JSON` where the text is not JSON, `ERR_GRAPH_NODE`, `ERR_GRAPH_ROOT` and
 * `ERR_GRAPH_CLOSED` for a wrong graph, all from `loadGraph`; ManifestError where the manifest is not one.
 * @see https://defold.com/manuals/live-update/
 * @example
 * const text = '[{"path":"/<AnonymousRoot>","children":["/a.luac"]},{"path":"/a.luac","children":[]}]';
 * const graph = await loadGraph(defoldGraph({ graph: new TextEncoder().encode(text) }));
 * graph.pathOf(1); // → '/a.luac'
 */
export function defoldGraph(input: DefoldGraphInput): GraphSource {
  const { graph, manifest } = input;
  if (graph === undefined && manifest === undefined)
    throw new GraphError('ERR_GRAPH', 'There is no Defold graph: give game.graph.json, a manifest, or both');
  return {
    name: graph === undefined ? 'the Defold manifest' : 'game.graph.json',
    async load(builder, { signal }) {
      const parsed = manifest === undefined ? undefined : readManifest(manifest);
      if (graph !== undefined) await loadText(builder, graph, { manifest: parsed, bytes: textBytes(input), signal });
      else if (parsed !== undefined) addManifestGraph(builder, parsed);
    },
  };
}

/**
 * Gives the verdict on a `game.graph.json`: its graph, or an error with everything that is wrong with it.
 *
 * @throws GraphError as {@link defoldGraph} and {@link loadGraph} do.
 */
export async function parseDefoldGraph(
  text: string | Uint8Array,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<ResourceGraph> {
  const graph = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  return loadGraph(defoldGraph({ graph }), options);
}

/** How much memory is taken at once at most: for a text of this size. */
const MOST_RESERVED = 1 << 30;

function textBytes({ graph, graphBytes }: DefoldGraphInput): number {
  const bytes = graph instanceof Uint8Array ? graph.length : (graphBytes ?? 0);
  return Math.max(0, Math.min(Math.trunc(bytes), MOST_RESERVED)) || 0;
}

interface TextOptions {
  readonly manifest: DefoldManifest | undefined;
  readonly bytes: number;
  readonly signal: AbortSignal | undefined;
}

async function loadText(
  builder: GraphBuilder,
  text: Uint8Array | AsyncIterable<Uint8Array>,
  { manifest, bytes, signal }: TextOptions,
): Promise<void> {
  // loadGraph's own builder takes numbers; any other (a recorder, a filter) gets strings, after the scan.
  const assembly = builder instanceof GraphAssembly ? builder : new GraphAssembly(LOAD_GRAPH_DEFAULTS);
  // Bob writes 200 to 450 bytes a node; this is more than most graphs need.
  assembly.reserve(Math.ceil(bytes / 256), Math.ceil(bytes / 48), Math.ceil(bytes / 6));
  const join = manifest === undefined ? undefined : new ManifestJoin(manifest, assembly);
  const scanner = new GraphScanner(assembly, (number, flags, digests, digestAt) => {
    const isJoined = join !== undefined && (flags & NODE_VIRTUAL) === 0;
    const digest = isJoined ? digests?.subarray(digestAt, digestAt + DIGEST_BYTES) : undefined;
    assembly.defineNode(number, flags, isJoined ? join.sizeOf(number, digest) : -1, digests, digestAt);
  });
  for await (const chunk of text instanceof Uint8Array ? [text] : text) {
    for (let at = 0; at < chunk.length; at += PIECE_BYTES) {
      signal?.throwIfAborted();
      scanner.push(chunk.subarray(at, at + PIECE_BYTES));
    }
  }
  scanner.finish();
  join?.finish();
  if (assembly !== builder) replayAssembly(assembly, builder);
}
