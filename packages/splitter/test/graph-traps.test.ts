import { loadGraph, parseDefoldGraph } from '@lading/graph';
import { isLadingError } from '@lading/manifest';
import { describe, expect, it } from 'vitest';
import { planSplit, type SplitPlan } from '../src/index.js';
import { madeGraph } from './support/made-graph.js';

/** What tools of this kind stumble over, beside what the tests of each module have: see there for cycles, clashes and sizes. */
describe('graphs that others stumble over', () => {
  it('a root inside a root: each has its own content, and the outer one mounts both', async () => {
    const plan = planSplit(
      await madeGraph({
        '/outer.json': { is: 'root', sizeBytes: 1, needs: ['/inner.json', '/outer.png'] },
        '/inner.json': { is: 'root', sizeBytes: 1, needs: ['/inner.png'] },
        '/outer.png': { sizeBytes: 1 },
        '/inner.png': { sizeBytes: 1 },
      }),
    );
    expect(placesOf(plan)).toEqual({
      '/inner.json': 'inner',
      '/inner.png': 'inner',
      '/outer.json': 'outer',
      '/outer.png': 'outer',
    });
    expect(plan.roots['/outer.json']?.toSorted()).toEqual(['inner', 'outer']);
    expect(plan.roots['/inner.json']).toEqual(['inner']);
  });

  it('a root that the app names as well: it leaves the base, and what only it needs with it', async () => {
    const plan = planSplit(
      await madeGraph({
        '/app.js': { is: 'entry', sizeBytes: 1, needs: ['/level.json', '/logo.png'] },
        '/level.json': { is: 'root', sizeBytes: 1, needs: ['/logo.png', '/sky.png'] },
        '/logo.png': { sizeBytes: 1 },
        '/sky.png': { sizeBytes: 1 },
      }),
    );
    expect(placesOf(plan)).toEqual({ '/level.json': 'level', '/sky.png': 'level' });
    expect(plan.base.resources).toBe(2);
  });

  it('an edge to itself, and a root that needs itself', async () => {
    const plan = planSplit(
      await madeGraph({
        '/level.json': { is: 'root', sizeBytes: 1, needs: ['/level.json', '/sky.png'] },
        '/sky.png': { sizeBytes: 1, needs: ['/sky.png'] },
      }),
    );
    expect(placesOf(plan)).toEqual({ '/level.json': 'level', '/sky.png': 'level' });
  });

  it('a child that is nowhere: refused, with its place', async () => {
    const broken = loadGraph({
      name: 'broken',
      async load(builder) {
        builder.addNode({ path: '/a' });
        builder.addEdge('/a', '/gone', 'a:1');
      },
    });
    await expect(broken).rejects.toSatisfy((error) => isLadingError(error, 'ERR_GRAPH_CLOSED'));
    await expect(broken).rejects.toThrow('/gone');
  });

  it('a Defold node without digest: in the graph, and no content', async () => {
    const node = (path: string, children: string[], more: object = {}): object => ({
      path,
      children,
      hexDigest: 'ab'.repeat(20),
      nodeType: 'None',
      ...more,
    });
    const text = JSON.stringify([
      node('/<AnonymousRoot>', ['/main.collectionc'], { hexDigest: null }),
      node('/main.collectionc', ['/level.collectionproxyc'], { isInMainBundle: true }),
      node('/level.collectionproxyc', ['/level.collectionc'], { nodeType: 'ExcludedCollectionProxy' }),
      node('/level.collectionc', ['/none.texturec']),
      node('/none.texturec', [], { hexDigest: null }),
    ]);
    const plan = planSplit(await parseDefoldGraph(text));
    const [archive] = plan.archives;
    expect(archive?.resources.map(({ path, hexDigest }) => [path, hexDigest !== undefined])).toEqual([
      ['/none.texturec', false],
      ['/level.collectionc', true],
    ]);
  });

  it.each(['constructor', 'tostring', 'hasownproperty', 'valueof'])('an archive that is called %s', async (name) => {
    const graph = await madeGraph({
      '/__proto__': { is: 'root', sizeBytes: 1, needs: [`/${name}`] },
      '/constructor.json': { is: 'root', sizeBytes: 1 },
      [`/${name}`]: { sizeBytes: 1 },
    });
    const plan = planSplit(graph, { archives: [{ name, include: [`/${name}`] }] });
    expect(placesOf(plan)[`/${name}`]).toBe(name);
    expect(Object.keys(plan.roots)).toEqual(['/__proto__', '/constructor.json']);
    expect(new Set(plan.archives.map((archive) => archive.name)).size).toBe(3);
  });
});

function placesOf(plan: SplitPlan): Record<string, string> {
  return Object.fromEntries(plan.archives.flatMap(({ name, resources }) => resources.map(({ path }) => [path, name])));
}
