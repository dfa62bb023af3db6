import { bytesToHex } from '@lading/manifest';
import { DIGEST_BYTES, FACT_DIGEST, type GraphAssembly } from '../build/graph-assembly.js';
import type { GraphBuilder } from '../graph-source.js';
import { NODE_BUNDLED, NODE_ENTRY, NODE_PROXY, NODE_ROOT, NODE_VIRTUAL } from '../resource-graph.js';

/** Tells another builder everything that an assembly holds, in the order in which it came. */
export function replayAssembly(assembly: GraphAssembly, builder: GraphBuilder): void {
  for (let node = 0; node < assembly.nodeCount; node++) replayNode(assembly, builder, node);
  let [last, nth] = [-1, 0];
  for (let edge = 0; edge < assembly.edgeCount; edge++) {
    const from = assembly.edgeFrom[edge] as number;
    nth = from === last ? nth + 1 : 0;
    last = from;
    const at = assembly.edgePlaces.get(edge) ?? assembly.placeOfEdge?.(from, nth);
    builder.addEdge(assembly.textOf(from), assembly.textOf(assembly.edgeTo[edge] as number), at);
  }
  for (const { path, problem, code } of assembly.problems) builder.addProblem(path, problem, code);
}

function replayNode(assembly: GraphAssembly, builder: GraphBuilder, node: number): void {
  const facts = assembly.facts[node] as number;
  const sizeBytes = assembly.sizesBytes[node] as number;
  const digest = assembly.digests.subarray(node * DIGEST_BYTES, (node + 1) * DIGEST_BYTES);
  builder.addNode({
    path: assembly.textOf(assembly.nodeNumbers[node] as number),
    ...(sizeBytes < 0 ? {} : { sizeBytes }),
    ...((facts & FACT_DIGEST) === 0 ? {} : { hexDigest: bytesToHex(digest) }),
    isEntry: (facts & NODE_ENTRY) !== 0,
    isProxy: (facts & NODE_PROXY) !== 0,
    isRoot: (facts & NODE_ROOT) !== 0,
    isVirtual: (facts & NODE_VIRTUAL) !== 0,
    isBundled: (facts & NODE_BUNDLED) !== 0,
  });
}
