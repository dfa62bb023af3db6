import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { defoldGraph } from '../defold/defold-graph.js';
import { loadGraph } from '../load-graph.js';
import { readPieces } from './read-pieces.js';

it('loads a graph from a file of many pieces', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'lading-pieces-'));
  const children = Array.from({ length: 30_000 }, (_, i) => `/child-${i}`);
  const nodes = [{ path: '/<AnonymousRoot>', children }, ...children.map((path) => ({ path, children: [] }))];
  writeFileSync(join(dir, 'game.graph.json'), JSON.stringify(nodes));
  const graph = await loadGraph(defoldGraph({ graph: readPieces(join(dir, 'game.graph.json')) }));
  expect([graph.nodeCount, graph.edgeCount]).toEqual([30_001, 30_000]);
  rmSync(dir, { recursive: true });
});

it('says that a file is not there, and stops when it is aborted', async () => {
  const missing = join(tmpdir(), 'lading-no-such-file');
  await expect(loadGraph(defoldGraph({ graph: readPieces(missing) }))).rejects.toMatchObject({ code: 'ENOENT' });
  const signal = AbortSignal.abort(new Error('enough'));
  await expect(readPieces(import.meta.filename, { signal }).next()).rejects.toThrow('enough');
});
