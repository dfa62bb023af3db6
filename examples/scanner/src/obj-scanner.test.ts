import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closureOf, findBase, loadGraph, selectRoots } from '@lading/graph';
import { directoryGraph, webScanners } from '@lading/graph/node';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { objScanner } from './obj-scanner.js';

let dir = '';

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'lading-scanner-'));
  await mkdir(join(dir, 'models'));
  await writeFile(join(dir, 'models/ship.obj'), '# a ship\nmtllib ship.mtl\nv 0 0 0\nusemtl hull\n');
  await writeFile(join(dir, 'models/ship.mtl'), 'newmtl hull\nKd 1 1 1\nmap_Kd -s 1 1 1 ..\\hull.png\n');
  await writeFile(join(dir, 'level.html'), '<script src="level.js"></script>');
  await writeFile(join(dir, 'level.js'), '');
});

afterEach(() => rm(dir, { recursive: true, force: true }));

const source = (): ReturnType<typeof directoryGraph> =>
  directoryGraph({ dir, roots: ['/models/*.obj'], scanners: [...webScanners(), objScanner()] });

it('follows a model to its material and its texture', async () => {
  await writeFile(join(dir, 'hull.png'), 'png');
  const graph = await loadGraph(source());
  const roots = selectRoots(graph);
  const [root = -1] = roots;
  const paths = Array.from(closureOf(graph, root, { roots, base: findBase(graph, roots) }), (node) =>
    graph.pathOf(node),
  );
  expect(paths).toEqual(['/hull.png', '/models/ship.mtl', '/models/ship.obj']);
});

it('reports a texture that is not there with file and line', async () => {
  await expect(loadGraph(source())).rejects.toMatchObject({
    code: 'ERR_GRAPH_REFERENCE',
    details: { problems: [{ path: '/models/ship.mtl:3' }] },
  });
});
