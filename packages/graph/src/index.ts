export type { GraphCut } from './closure.js';
export { closureOf } from './closure.js';
export type { ConsumerSets } from './consumer-sets.js';
export { consumerSets, NO_CONSUMERS } from './consumer-sets.js';
export type { DefoldGraphInput } from './defold/defold-graph.js';
export { defoldGraph, parseDefoldGraph } from './defold/defold-graph.js';
export type {
  GraphDiff,
  GraphVersion,
  ResourceChange,
  ResourceFact,
  ResourceMove,
  RootChange,
} from './diff/diff-graphs.js';
export { diffGraphs } from './diff/diff-graphs.js';
export type { ConsumerExplanation, ExplainedEdge, ExplainOptions, Explanation } from './explain.js';
export { EXPLAIN_DEFAULTS, explain } from './explain.js';
export { findBase } from './find-base.js';
export type { GraphErrorCode, GraphProblem } from './graph-error.js';
export { GraphError, MAX_LISTED_PROBLEMS } from './graph-error.js';
export type { GraphBuilder, GraphNodeInput, GraphSource } from './graph-source.js';
export type { LintFinding, LintRule, LintSeverity, LintThresholds } from './lint/lint-finding.js';
export { LINT_DEFAULTS } from './lint/lint-finding.js';
export type { LintOptions } from './lint/lint-graph.js';
export { LINT_RULES, lintGraph } from './lint/lint-graph.js';
export type { LoadGraphOptions } from './load-graph.js';
export { LOAD_GRAPH_DEFAULTS, loadGraph } from './load-graph.js';
export type { GraphEdge } from './minimum-cut.js';
export { minimumCut } from './minimum-cut.js';
export type { ResourceGraph } from './resource-graph.js';
export { NODE_BUNDLED, NODE_ENTRY, NODE_PROXY, NODE_ROOT, NODE_VIRTUAL } from './resource-graph.js';
export { gltfScanner } from './scan/gltf-scanner.js';
export type { JsonScannerOptions } from './scan/json-scanner.js';
export { jsonScanner } from './scan/json-scanner.js';
export { resolveReference } from './scan/resolve-reference.js';
export type { ScannedReference, Scanner } from './scan/scanner.js';
export { selectRoots } from './select-roots.js';
export type { SearchRules } from './shortest-path.js';
export { shortestPath } from './shortest-path.js';
