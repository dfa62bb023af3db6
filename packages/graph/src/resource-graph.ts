/** Bits of {@link ResourceGraph.flags}. */
export const NODE_ENTRY = 1;
/** See `GraphNodeInput.isProxy`. */
export const NODE_PROXY = 2;
/** See `GraphNodeInput.isRoot`. */
export const NODE_ROOT = 4;
/** See `GraphNodeInput.isVirtual`. */
export const NODE_VIRTUAL = 8;
/** See `GraphNodeInput.isBundled`. */
export const NODE_BUNDLED = 16;

/**
 * A closed graph: every edge ends at a node that it contains. Node ids are 0 … nodeCount - 1 in code unit order of
 * their paths, so equal content gives equal ids whatever the input order. Edges of node `n` are
 * `edgeTargets[edgeStarts[n] … edgeStarts[n + 1] - 1]`, ascending, without repetition.
 */
export interface ResourceGraph {
  readonly nodeCount: number;
  readonly edgeCount: number;
  readonly edgeStarts: Uint32Array;
  readonly edgeTargets: Uint32Array;
  readonly flags: Uint8Array;
  /** Size of the stored content in bytes; -1 where the source does not know it. */
  readonly sizesBytes: Float64Array;
  /** The path of a node. */
  pathOf(node: number): string;
  /** The id of a path, or -1. */
  nodeOf(path: string): number;
  /** Defold's hexDigest of a node, or `undefined`. */
  hexDigestOf(node: number): string | undefined;
}
