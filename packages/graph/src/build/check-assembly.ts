import { resourcePathProblem } from '@lading/manifest';
import { quoted } from '../quoted.js';
import type { GraphAssembly } from './graph-assembly.js';

/**
 * Adds every problem that only the whole graph shows: nodes whose path is no resource path, and edges that end at (or
 * start from) a path that is no node.
 */
export function checkAssembly(assembly: GraphAssembly): void {
  // By number, not in the order of the nodes: that is how the bytes of the paths lie in memory.
  for (let number = 0; number < assembly.paths.count; number++) {
    if (assembly.nodeAt(number) >= 0 && !isPlainPath(assembly, number)) checkPath(assembly, number);
  }
  // Where every path that was ever named is a node, no edge can end nowhere.
  if (assembly.nodeCount < assembly.paths.count) checkEdges(assembly);
}

function checkPath(assembly: GraphAssembly, number: number): void {
  const path = assembly.textOf(number);
  const problem = resourcePathProblem(path);
  if (problem !== undefined) assembly.addProblem(path, problem, 'ERR_GRAPH_NODE');
}

const SLASH = 0x2f;
const DOT = 0x2e;
/** 1 where a byte needs the full rules: control characters, backslash, colon, DEL and everything outside ASCII. */
const SPECIAL = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte < 0x20 || byte === 0x5c || byte === 0x3a || byte >= 0x7f ? 1 : 0,
);

/** True where a path is surely right; nearly all are, and no string is made for them. */
function isPlainPath(assembly: GraphAssembly, number: number): boolean {
  const { arena, bytes } = assembly.paths;
  const offset = assembly.paths.offsetOf(number);
  const start = (offset + 2) << 2;
  const length = arena[offset + 1] as number;
  if (length < 2 || bytes[start] !== SLASH || bytes[start + length - 1] === SLASH) return false;
  let previous = 0;
  for (let i = start; i < start + length; i++) {
    const byte = bytes[i] as number;
    if (SPECIAL[byte] === 1 || (previous === SLASH && (byte === SLASH || byte === DOT))) return false;
    previous = byte;
  }
  return true;
}

function checkEdges(assembly: GraphAssembly): void {
  let [last, nth] = [-1, 0];
  for (let edge = 0; edge < assembly.edgeCount; edge++) {
    const from = assembly.edgeFrom[edge] as number;
    nth = from === last ? nth + 1 : 0;
    last = from;
    const to = assembly.edgeTo[edge] as number;
    if (assembly.nodeAt(to) < 0) reportDangling(assembly, edge, from, to, nth);
    else if (assembly.nodeAt(from) < 0) {
      const path = assembly.textOf(from);
      assembly.addProblem(
        path,
        `needs ${quoted(assembly.textOf(to))} but is not in the graph itself`,
        'ERR_GRAPH_CLOSED',
      );
    }
  }
}

function reportDangling(assembly: GraphAssembly, edge: number, from: number, to: number, nth: number): void {
  const place = assembly.edgePlaces.get(edge) ?? assembly.placeOfEdge?.(from, nth);
  const needs = `needs ${quoted(assembly.textOf(to))}, which the graph does not contain`;
  if (place === undefined) assembly.addProblem(assembly.textOf(from), needs, 'ERR_GRAPH_CLOSED');
  else assembly.addProblem(place, `${quoted(assembly.textOf(from))} ${needs}`, 'ERR_GRAPH_CLOSED');
}
