// Over 300 lines: a folder and what its built-in scanners find in it; every test starts from the same way to lay files.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { isLadingError } from '@lading/manifest';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findBase } from '../find-base.js';
import type { GraphError } from '../graph-error.js';
import { loadGraph } from '../load-graph.js';
import { NODE_ENTRY, NODE_ROOT, type ResourceGraph } from '../resource-graph.js';
import { selectRoots } from '../select-roots.js';
import { pathsOf } from '../testing/arrow-graph.js';
import { type DirectoryGraphOptions, directoryGraph } from './directory-graph.js';
import { webScanners } from './scan/web-scanners.js';

let dir = '';

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'lading-graph-'));
});

afterEach(() => rmSync(dir, { recursive: true, force: true }));

function write(files: Record<string, string | Uint8Array | object>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(
      join(dir, name),
      typeof content === 'string' || content instanceof Uint8Array ? content : JSON.stringify(content),
    );
  }
}

function load(options: Omit<DirectoryGraphOptions, 'dir'> = {}): Promise<ResourceGraph> {
  return loadGraph(directoryGraph({ dir, ...options }));
}

async function errorOf(options: Partial<DirectoryGraphOptions> = {}): Promise<{ code: string; problems: string[] }> {
  try {
    await load(options);
  } catch (error) {
    if (!isLadingError(error)) throw error;
    const problems = ((error as GraphError).details.problems ?? []) as { path: string; problem: string }[];
    return { code: error.code, problems: problems.map((p) => `${p.path}: ${p.problem}`) };
  }
  throw new Error('nothing was thrown');
}

function edgesOf(graph: ResourceGraph): string[] {
  return Array.from({ length: graph.nodeCount }, (_, node) =>
    pathsOf(graph, graph.edgeTargets.subarray(graph.edgeStarts[node], graph.edgeStarts[node + 1])).map(
      (to) => `${graph.pathOf(node)} -> ${to}`,
    ),
  ).flat();
}

describe('directoryGraph', () => {
  it('makes resources of files, with sizes, in one order, and leaves hidden ones out', async () => {
    write({
      'b/2.txt': '22',
      'b/10.txt': '',
      'B.txt': 'x',
      '.git/config': '',
      'node_modules/m/x.js': '',
      'b/.DS_Store': '',
      constructor: '1',
    });
    const graph = await load();
    expect(Array.from(graph.sizesBytes, (size, node) => [graph.pathOf(node), size])).toEqual([
      ['/B.txt', 1],
      ['/b/10.txt', 0],
      ['/b/2.txt', 2],
      ['/constructor', 1],
    ]);
    expect((await load({ includeHidden: true })).nodeCount).toBe(7);
    expect((await load({ ignore: ['**/*.txt'] })).nodeCount).toBe(1);
  });

  it('marks entries and roots by glob, and says which pattern matches nothing', async () => {
    write({ 'index.html': '', 'levels/1.json': '{}', 'levels/2.json': '{}' });
    const graph = await load({ entries: ['/index.html'], roots: ['/levels/*.json'] });
    expect([...graph.flags]).toEqual([NODE_ENTRY, NODE_ROOT, NODE_ROOT]);
    expect(await errorOf({ entries: ['index.htm'], roots: ['/level/*'] })).toEqual({
      code: 'ERR_GRAPH_ROOT',
      problems: ['entries: the pattern "index.htm" matches no file', 'roots: the pattern "/level/*" matches no file'],
    });
  });

  it('takes explicit edges, entries and roots from a JSON file that is no resource itself', async () => {
    write({
      'main.txt': '',
      'a.txt': '',
      'b.txt': '',
      'edges.json': {
        edges: { '/main.txt': ['/a.txt'], '/a.txt': ['/b.txt', '/b.txt'] },
        entries: ['/main.txt'],
        roots: ['/b.*'],
      },
    });
    const graph = await load({ edges: join(dir, 'edges.json') });
    expect(edgesOf(graph)).toEqual(['/a.txt -> /b.txt', '/main.txt -> /a.txt']);
    const roots = selectRoots(graph);
    expect(pathsOf(graph, roots)).toEqual(['/b.txt']);
    expect([...findBase(graph, roots)]).toEqual([1, 0, 1]);
  });

  it('follows a path to every form of it, scanned or given, and to itself where it is a file too', async () => {
    write({
      'a.json': { picture: 'img/sky.png', other: './none.png' },
      'none@2x.png': '',
      'img/sky@1x.png': '',
      'img/sky@2x.png': '',
      'img/sky.png': '',
      'sheet@2x.bin': '',
    });
    const edges = join(dir, 'edges.json');
    writeFileSync(edges, JSON.stringify({ edges: { '/sheet.bin': ['/img/sky.png'] } }));
    const graph = await load({ edges, commonPath: (path) => path.replace(/@\dx/, '') });
    const forms = ['/img/sky.png', '/img/sky@1x.png', '/img/sky@2x.png'];
    expect(edgesOf(graph)).toEqual([
      ...forms.map((form) => `/a.json -> ${form}`),
      '/a.json -> /none@2x.png',
      ...forms.map((form) => `/sheet@2x.bin -> ${form}`),
    ]);
    expect((await errorOf({ edges })).problems).toHaveLength(2);
  });

  it('reports everything that is wrong with an edges file at once', async () => {
    write({ 'a.txt': '', 'edges.json': { edges: { '/a.txt': ['/b.txt', 3], '/c/~d': 'x' }, entries: {}, rots: [] } });
    const edges = join(dir, 'edges.json');
    expect(await errorOf({ edges })).toEqual({
      code: 'ERR_GRAPH_NODE',
      problems: [
        '/rots: is not a key that is known here; expected edges, entries, roots',
        '/edges/~1a.txt/1: is not a text',
        '/edges/~1c~1~0d: is not a list of texts',
        '/entries: is not a list of texts',
      ],
    });
    write({ 'edges.json': { edges: { '/a.txt': ['/b.txt'], '/nobody': ['/a.txt'] } } });
    expect(await errorOf({ edges })).toEqual({
      code: 'ERR_GRAPH_REFERENCE',
      problems: [
        `${edges}#/edges/~1a.txt/0: names "/b.txt", which is no file of the folder`,
        `${edges}#/edges/~1nobody/0: names "/nobody", which is no file of the folder`,
      ],
    });
    write({ 'edges.json': '{' });
    expect((await errorOf({ edges })).code).toBe('ERR_GRAPH_JSON');
    expect((await errorOf({ edges: join(dir, 'none.json') })).code).toBe('ERR_DIRECTORY');
  });

  it('hands over what leads nowhere and what cannot be read to who asks for it, and goes on without', async () => {
    write({
      'a.json': { sky: './sky.png', none: './none.png' },
      'sky.png': '',
      'b.json': '{',
      'c.html': '<img src="none.png">',
    });
    const unresolved: string[] = [];
    const scanners = webScanners();
    const graph = await load({
      scanners,
      onUnresolved: ({ place, problem }) => unresolved.push(`${place} ${problem}`),
    });
    expect(edgesOf(graph)).toEqual(['/a.json -> /sky.png']);
    expect(unresolved).toEqual([
      expect.stringMatching(/^\/a\.json:1.* names ".\/none.png", which is no file of the folder$/),
      expect.stringMatching(/^\/b\.json is not JSON/),
      expect.stringMatching(/^\/c\.html:1:\d+ names "none.png", which is no file of the folder$/),
    ]);
    expect((await errorOf({ scanners })).code).toBe('ERR_GRAPH_REFERENCE');
  });

  it('reports names that differ in case or in normal form only, and names that are no resource path', async () => {
    write({ 'a/Sky.png': '', 'a/sky.png': '', 'e\u0301.txt': '', 'é.txt': '', 'c:d': '', 'tab\there': '' });
    expect(await errorOf()).toEqual({
      code: 'ERR_GRAPH',
      problems: [
        '/a/sky.png: differs from "/a/Sky.png" in case only',
        '/é.txt: is the name of two files that differ in their Unicode normal form only',
        '/c:d: has a colon',
        '/tab\there: has a control character',
      ],
    });
  });

  it('gives a name in another normal form its NFC path', async () => {
    write({ 'e\u0301.json': { image: './u\u0308.png' }, 'u\u0308.png': '1' });
    expect(edgesOf(await load())).toEqual(['/é.json -> /ü.png']);
  });

  it('follows links inside the folder, and reports those that lead out, nowhere or round in circles', async () => {
    write({ 'real/a.txt': 'abc', 'real/deep/b.txt': 'b' });
    symlinkSync('real/a.txt', join(dir, 'link.txt'));
    symlinkSync('real/deep', join(dir, 'folder'));
    expect(pathsOf(await load(), [0, 1, 2, 3])).toEqual([
      '/folder/b.txt',
      '/link.txt',
      '/real/a.txt',
      '/real/deep/b.txt',
    ]);
    symlinkSync(tmpdir(), join(dir, 'out'));
    symlinkSync('/etc/hostname', join(dir, 'out.txt'));
    symlinkSync('nowhere', join(dir, 'gone'));
    symlinkSync('..', join(dir, 'real/up'));
    expect(await errorOf()).toEqual({
      code: 'ERR_DIRECTORY',
      problems: [
        '/gone: is a link to something that is not there',
        '/out: is a link out of the folder',
        '/out.txt: is a link out of the folder',
        '/real/up: is a link to a folder that holds it',
      ],
    });
  });

  it('reports what is neither a file nor a folder', async () => {
    write({ 'a.txt': '' });
    execFileSync('mkfifo', [join(dir, 'pipe.json')]);
    expect(await errorOf()).toEqual({
      code: 'ERR_DIRECTORY',
      problems: ['/pipe.json: is neither a file nor a folder'],
    });
  });

  it('says why a folder cannot be walked', async () => {
    write({ 'a.txt': '', 'x/y/z/b.txt': '' });
    await expect(load({ maxFiles: 1 })).rejects.toMatchObject({ code: 'ERR_GRAPH_LIMIT' });
    await expect(load({ maxDepth: 3 })).rejects.toMatchObject({ code: 'ERR_GRAPH_LIMIT' });
    expect((await load({ maxDepth: 4, maxFiles: 2 })).nodeCount).toBe(2);
    await expect(loadGraph(directoryGraph({ dir: join(dir, 'none') }))).rejects.toMatchObject({
      code: 'ERR_DIRECTORY',
      message: expect.stringContaining('is not there'),
    });
    await expect(loadGraph(directoryGraph({ dir: join(dir, 'a.txt') }))).rejects.toMatchObject({
      code: 'ERR_DIRECTORY',
    });
  });

  it('stops when it is aborted', async () => {
    write({ 'a.txt': '' });
    const controller = new AbortController();
    const source = directoryGraph({ dir });
    const late = {
      ...source,
      load: (...args: Parameters<typeof source.load>) => {
        controller.abort(new Error('enough'));
        return source.load(...args);
      },
    };
    await expect(loadGraph(late, { signal: controller.signal })).rejects.toThrow('enough');
  });

  it('takes scanners of others, and reports where one of them fails', async () => {
    write({ 'a.ref': 'b.txt', 'b.txt': '', 'bad.ref': '!' });
    const scanner = {
      name: 'ref',
      matches: (path: string) => path.endsWith('.ref'),
      references: (_path: string, bytes: Uint8Array) => {
        const to = new TextDecoder().decode(bytes);
        if (to === '!') throw new Error('oh no');
        return [{ to, at: '1:1' }];
      },
    };
    expect(await errorOf({ scanners: [scanner] })).toEqual({
      code: 'ERR_GRAPH_REFERENCE',
      problems: ['/bad.ref: the ref scanner failed: Error: oh no'],
    });
    rmSync(join(dir, 'bad.ref'));
    expect(edgesOf(await load({ scanners: [scanner] }))).toEqual(['/a.ref -> /b.txt']);
    expect((await errorOf({ scanners: [scanner], maxScannedBytes: 2 })).code).toBe('ERR_GRAPH_LIMIT');
  });
});

describe('gltfScanner', () => {
  it('finds buffers and images, percent-decoded, and no data or remote URIs', async () => {
    write({
      'm/a.gltf': {
        buffers: [{ uri: 'my%20mesh.bin' }, { uri: 'data:application/octet-stream;base64,AA==' }, {}],
        images: [{ uri: '../t/100%.png' }, { uri: 'https://example.com/x.png' }, { bufferView: 0 }],
      },
      'm/my mesh.bin': '',
      't/100%.png': '',
    });
    expect(edgesOf(await load())).toEqual(['/m/a.gltf -> /m/my mesh.bin', '/m/a.gltf -> /t/100%.png']);
  });

  it('reads the JSON chunk of a GLB', async () => {
    write({ 'a.glb': glb({ images: [{ uri: 'sky.png' }], buffers: [{ byteLength: 3 }] }), 'sky.png': '' });
    expect(edgesOf(await load())).toEqual(['/a.glb -> /sky.png']);
  });

  it('reports references that lead nowhere or out of the folder, and broken files, each with its place', async () => {
    write({
      'a.gltf': { buffers: [{ uri: 'gone.bin' }], images: [{ uri: '../../etc/passwd' }] },
      'b.gltf': '{',
      'c.glb': 'glTF',
      'd.glb': glb({}).fill(9, 4, 5),
      'e.glb': glb({}).subarray(0, 21),
      'f.gltf': Uint8Array.of(0x22, 0xff, 0x22),
    });
    const { code, problems } = await errorOf();
    expect(code).toBe('ERR_GRAPH_REFERENCE');
    expect(problems).toEqual([
      '/a.gltf#/buffers/0/uri: names "gone.bin", which is no file of the folder',
      '/a.gltf#/images/0/uri: names "../../etc/passwd", which is no file of the folder',
      expect.stringMatching(/^\/b\.gltf: is not JSON: /),
      '/c.glb: does not begin as a GLB file does',
      '/d.glb: has GLB version 9; expected 2',
      '/e.glb: has a chunk of 4 bytes and only 1 left',
      '/f.gltf: is not JSON: it is not UTF-8',
    ]);
  });
});

describe('jsonScanner', () => {
  it('takes any string that names a file, relative or from the top, for a reference', async () => {
    write({
      'levels/1.json': {
        sky: 'sky.png',
        ground: 'img/ground.png',
        deep: [{ constructor: 1, music: ['/sound/a.ogg'] }],
        text: 'Press start',
        self: './1.json',
      },
      'levels/sky.png': '',
      'img/ground.png': '',
      'sound/a.ogg': '',
      'sky.png': '',
    });
    expect(edgesOf(await load())).toEqual([
      '/levels/1.json -> /img/ground.png',
      '/levels/1.json -> /levels/1.json',
      '/levels/1.json -> /levels/sky.png',
      '/levels/1.json -> /sound/a.ogg',
    ]);
  });

  it('reports what looks like a file name and is none, and nothing else', async () => {
    write({
      'a.json': {
        'k/~': ['./gone', '../../out.txt', 'img/gone.png', '/x.glb'],
        texts: [
          'gone.png',
          'a/b',
          'https://example.com/a.png',
          'see img/a.png',
          '**/*.png',
          '..',
          '.',
          '',
          '//cdn/a.png',
          '\u0000/a.png',
          `/${'x'.repeat(2_000)}.png`,
        ],
      },
    });
    expect(await errorOf()).toEqual({
      code: 'ERR_GRAPH_REFERENCE',
      problems: [
        '/a.json#/k~1~0/0: names "./gone", which is no file of the folder',
        '/a.json#/k~1~0/1: names "../../out.txt", which is no file of the folder',
        '/a.json#/k~1~0/2: names "img/gone.png", which is no file of the folder',
        '/a.json#/k~1~0/3: names "/x.glb", which is no file of the folder',
      ],
    });
  });

  it('reports files that are not JSON, and values that nest too deep', async () => {
    write({ 'a.json': '{"a": 1,}', 'b.json': '['.repeat(10_000) + ']'.repeat(10_000) });
    expect((await errorOf()).problems).toEqual([
      expect.stringMatching(/^\/a\.json: is not JSON: /),
      '/b.json: nests deeper than 512',
    ]);
  });
});

function glb(document: object): Uint8Array {
  const json = new TextEncoder().encode(JSON.stringify(document).padEnd(4));
  const bytes = new Uint8Array(20 + json.length);
  const view = new DataView(bytes.buffer);
  [0x46546c67, 2, bytes.length, json.length, 0x4e4f534a].forEach((word, i) => {
    view.setUint32(4 * i, word, true);
  });
  bytes.set(json, 20);
  return bytes;
}
