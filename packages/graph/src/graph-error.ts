import { LadingError, type LadingErrorOptions, type Problem } from '@lading/manifest';
import { quoted } from './quoted.js';

/** Every code that `@lading/graph` throws. */
export type GraphErrorCode =
  /** Problems of several kinds in one source; `details.problems` has them all. */
  | 'ERR_GRAPH'
  /** The text is not JSON (RFC 8259, UTF-8). */
  | 'ERR_GRAPH_JSON'
  /** A node is wrong: its shape, its path, or the same path twice with other facts. */
  | 'ERR_GRAPH_NODE'
  /** The graph has no root node, or a pattern of roots matches none. */
  | 'ERR_GRAPH_ROOT'
  /** An edge ends at a resource that the graph does not contain. */
  | 'ERR_GRAPH_CLOSED'
  /** The graph and the Defold manifest beside it disagree. */
  | 'ERR_GRAPH_MANIFEST'
  /** A file names another one that is not there. */
  | 'ERR_GRAPH_REFERENCE'
  /** A limit is exceeded: nodes, edges, bytes, nesting. */
  | 'ERR_GRAPH_LIMIT'
  /** A path that somebody asked about is not in the graph. */
  | 'ERR_GRAPH_NOT_FOUND'
  /** A folder cannot be walked, or what stands in it cannot be a resource. */
  | 'ERR_DIRECTORY';

/** An error of `@lading/graph`; `code` is one of {@link GraphErrorCode}. */
export class GraphError extends LadingError<GraphErrorCode> {}

/** One thing wrong with a source, and which code it would have alone. */
export interface GraphProblem extends Problem {
  readonly code: GraphErrorCode;
}

/** How many problems one error lists; a hostile source may have millions. `details.problemCount` counts all. */
export const MAX_LISTED_PROBLEMS = 1_000;

/**
 * Makes one error out of all problems of a source. Its code is theirs where they agree and `ERR_GRAPH` where not.
 */
export function graphProblemsError(
  what: string,
  problems: readonly GraphProblem[],
  problemCount: number = problems.length,
  options: LadingErrorOptions = {},
): GraphError {
  const [first] = problems;
  const code = first !== undefined && problems.every((p) => p.code === first.code) ? first.code : 'ERR_GRAPH';
  const rest = problemCount > 1 ? ` (and ${problemCount - 1} more)` : '';
  const at =
    first === undefined ? '' : `: ${first.path === '' ? '' : `${quoted(first.path)}: `}${first.problem}${rest}`;
  const listed = problems
    .slice(0, MAX_LISTED_PROBLEMS)
    .map((p) => ({ path: p.path, problem: p.problem, code: p.code }));
  const hint = options.hint ?? HINTS[code];
  return new GraphError(code, `${what}${at}`, {
    ...options,
    ...(hint === undefined ? {} : { hint }),
    details: { ...options.details, problems: listed, problemCount },
  });
}

const HINTS: { readonly [Code in GraphErrorCode]?: string } = {
  ERR_GRAPH_CLOSED:
    'Every resource that another one needs must be a node of the graph: build again, or drop the reference.',
  ERR_GRAPH_ROOT: 'A Defold graph holds the node /<AnonymousRoot> once; Bob writes it with --archive.',
  ERR_GRAPH_MANIFEST:
    'Give the manifest of the same build: from Defold 1.12.4 on game.dmanifest lacks the excluded entries, liveupdate.game.dmanifest has them.',
  ERR_GRAPH_REFERENCE:
    'Add the missing file, correct the reference, ignore the file that holds it, or allow unresolved references.',
};
