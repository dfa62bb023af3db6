import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { NODE_VIRTUAL, type ResourceGraph } from '@lading/graph';
import type { ContentSource } from '@lading/splitter';
import type { CommandContext } from '../command-context.js';

/**
 * Makes the digests that tell equal content: the graph's hexDigest where it has one, else SHA-256 of the bytes. Only
 * files whose size another file has as well are read, and none below `minBytes`.
 */
export async function contentDigests(
  context: CommandContext,
  { graph, content }: { readonly graph: ResourceGraph; readonly content: ContentSource },
  minBytes: number,
): Promise<(node: number) => string | undefined> {
  const digests = new Map<number, string>();
  const candidates = sameSizeNodes(graph, minBytes);
  const bar = context.progress('read');
  const totalBytes = candidates.reduce((sum, node) => sum + (graph.sizesBytes[node] ?? 0), 0);
  let readBytes = 0;
  try {
    for (const node of candidates) {
      context.signal.throwIfAborted();
      digests.set(node, await digestOfContent(content, graph.pathOf(node), context.signal));
      readBytes += graph.sizesBytes[node] ?? 0;
      bar.update(readBytes, totalBytes);
    }
  } finally {
    bar.end();
  }
  return (node) => graph.hexDigestOf(node) ?? digests.get(node);
}

/** Nodes without hexDigest that have the size of another one. */
function sameSizeNodes(graph: ResourceGraph, minBytes: number): number[] {
  const bySize = new Map<number, number[]>();
  for (let node = 0; node < graph.nodeCount; node++) {
    const size = graph.sizesBytes[node] ?? -1;
    const isVirtual = ((graph.flags[node] ?? 0) & NODE_VIRTUAL) !== 0;
    if (size < Math.max(1, minBytes) || isVirtual || graph.hexDigestOf(node) !== undefined) continue;
    const nodes = bySize.get(size);
    if (nodes === undefined) bySize.set(size, [node]);
    else nodes.push(node);
  }
  return [...bySize.values()].filter((nodes) => nodes.length > 1).flat();
}

async function digestOfContent(content: ContentSource, path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  const file = content.fileOf?.({ path });
  if (file === undefined) hash.update(await content.read({ path }, { signal }));
  else for await (const chunk of createReadStream(file, { signal })) hash.update(chunk as Uint8Array);
  return hash.digest('hex');
}
