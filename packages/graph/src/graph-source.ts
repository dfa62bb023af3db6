import type { GraphErrorCode } from './graph-error.js';

/** What a source says of one resource. Paths are resource paths; sizes are in bytes. */
export interface GraphNodeInput {
  readonly path: string;
  /**
   * Size of the stored content, where the source knows it: the bytes that `hexDigest` names. For Defold that is the
   * payload after LZ4, without the 16-byte header that a Live Update member has in front.
   */
  readonly sizeBytes?: number | undefined;
  /** The name under which the content is stored where it is not the path: Defold's hexDigest, 40 hex digits. */
  readonly hexDigest?: string | undefined;
  /** The app starts here: this node is in the base, and so is what it reaches without passing through a root. */
  readonly isEntry?: boolean | undefined;
  /**
   * The node only stands for what is below it (a Defold collection proxy): as a root it stays where its referrers are,
   * and what is below it becomes the root's content.
   */
  readonly isProxy?: boolean | undefined;
  /** The source itself marks this node as a root (an excluded collection proxy). */
  readonly isRoot?: boolean | undefined;
  /** The node stands for no content of its own (Defold's anonymous root). */
  readonly isVirtual?: boolean | undefined;
  /** The source says that the finished app already holds this resource (Defold's `isInMainBundle`, BUNDLED). */
  readonly isBundled?: boolean | undefined;
}

/** Takes what a source finds, in any order. Adding the same edge twice is the same as once. */
export interface GraphBuilder {
  /** Adds a node. Adding a path twice with other facts is a problem that {@link loadGraph} reports. */
  addNode(node: GraphNodeInput): void;
  /** Adds "`from` needs `to` to load". `at` says where the reference stands (`file:line`, a JSON pointer). */
  addEdge(from: string, to: string, at?: string): void;
  /**
   * Reports what is wrong with the source; `loadGraph` throws once, with all problems. `path` says where; `code` is
   * what the error would have if this were its only problem, `ERR_GRAPH` by default.
   */
  addProblem(path: string, problem: string, code?: GraphErrorCode): void;
}

/** Where a graph comes from. A plug-in implements this: `defoldGraph()` and `directoryGraph()` are two. */
export interface GraphSource {
  readonly name: string;
  load(builder: GraphBuilder, options: { readonly signal?: AbortSignal | undefined }): Promise<void>;
}
