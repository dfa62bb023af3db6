export type { GraphBuilder, GraphNodeInput, GraphSource } from './graph-source.js';
export type { ResourceGraph } from './resource-graph.js';
export { NODE_ENTRY, NODE_PROXY, NODE_ROOT, NODE_VIRTUAL } from './resource-graph.js';
