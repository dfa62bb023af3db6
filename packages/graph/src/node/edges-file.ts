import { readFile, stat } from 'node:fs/promises';
import type { Problem } from '@lading/manifest';
import { GraphError, graphProblemsError } from '../graph-error.js';
import { parseJsonFile, pointerToken } from '../scan/json-values.js';

/** The largest edges file in bytes. */
export const MAX_EDGES_FILE_BYTES = 67_108_864;

/** One edge of an edges file, and the JSON pointer to it. */
export interface ExplicitEdge {
  readonly from: string;
  readonly to: string;
  readonly at: string;
}

/**
 * What a person says of a folder: `{ "edges": { "/level.json": ["/sky.png"] }, "entries": ["/index.html"], "roots":
 * ["/levels/*.json"] }`. All keys may be missing; entries and roots are globs over resource paths.
 */
export interface EdgesFile {
  readonly edges: readonly ExplicitEdge[];
  readonly entries: readonly string[];
  readonly roots: readonly string[];
}

/**
 * Reads and checks an edges file.
 *
 * @throws GraphError `ERR_DIRECTORY` where it cannot be read, `ERR_GRAPH_LIMIT` beyond 64 MiB, `ERR_GRAPH_JSON` where it
 * is not JSON, and one `ERR_GRAPH_NODE` with all problems of its shape.
 */
export async function readEdgesFile(file: string, signal: AbortSignal | undefined): Promise<EdgesFile> {
  let bytes: Uint8Array;
  try {
    const { size } = await stat(file);
    if (size > MAX_EDGES_FILE_BYTES)
      throw new GraphError(
        'ERR_GRAPH_LIMIT',
        `The edges file ${file} has ${size} bytes; expected at most ${MAX_EDGES_FILE_BYTES}`,
      );
    bytes = await readFile(file, { signal });
  } catch (cause) {
    signal?.throwIfAborted();
    if (cause instanceof GraphError) throw cause;
    const reason = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    throw new GraphError('ERR_DIRECTORY', `Cannot read the edges file ${file}: ${reason}`, {
      cause,
      details: { path: file, reason },
    });
  }
  return parseEdgesFile(file, bytes);
}

function parseEdgesFile(file: string, bytes: Uint8Array): EdgesFile {
  let value: unknown;
  try {
    value = parseJsonFile(bytes);
  } catch (cause) {
    throw new GraphError('ERR_GRAPH_JSON', `The edges file ${file} ${(cause as Error).message}`, {
      cause,
      details: { path: file },
    });
  }
  const problems: Problem[] = [];
  const members = new Map(isObject(value) ? Object.entries(value) : []);
  if (!isObject(value)) problems.push({ path: '', problem: 'is not an object' });
  for (const key of members.keys()) {
    if (!['edges', 'entries', 'roots'].includes(key))
      problems.push({
        path: `/${pointerToken(key)}`,
        problem: 'is not a key that is known here; expected edges, entries, roots',
      });
  }
  const parsed: EdgesFile = {
    edges: checkEdges(members.get('edges'), problems),
    entries: checkTexts(members.get('entries'), '/entries', problems),
    roots: checkTexts(members.get('roots'), '/roots', problems),
  };
  if (problems.length === 0) return parsed;
  throw graphProblemsError(
    `The edges file ${file} is not right`,
    problems.map((p) => ({ ...p, code: 'ERR_GRAPH_NODE' })),
  );
}

function checkEdges(value: unknown, problems: Problem[]): ExplicitEdge[] {
  if (value === undefined) return [];
  if (!isObject(value)) {
    problems.push({ path: '/edges', problem: 'is not an object of lists' });
    return [];
  }
  return Object.entries(value).flatMap(([from, targets]) => {
    const place = `/edges/${pointerToken(from)}`;
    return checkTexts(targets, place, problems).map((to, index) => ({ from, to, at: `${place}/${index}` }));
  });
}

function checkTexts(value: unknown, place: string, problems: Problem[]): string[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) {
    problems.push({ path: place, problem: 'is not a list of texts' });
    return [];
  }
  return value.map((item, index) => {
    if (typeof item === 'string') return item;
    problems.push({ path: `${place}/${index}`, problem: 'is not a text' });
    return '';
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
