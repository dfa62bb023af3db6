export { gltfScanner } from '../scan/gltf-scanner.js';
export type { JsonScannerOptions } from '../scan/json-scanner.js';
export { jsonScanner } from '../scan/json-scanner.js';
export type { ScannedReference, Scanner } from '../scan/scanner.js';
export type { DirectoryGraphOptions } from './directory-graph.js';
export { DIRECTORY_GRAPH_DEFAULTS, directoryGraph } from './directory-graph.js';
export type { EdgesFile, ExplicitEdge } from './edges-file.js';
export { MAX_EDGES_FILE_BYTES } from './edges-file.js';
export { readPieces } from './read-pieces.js';
