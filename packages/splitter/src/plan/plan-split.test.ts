import { isLadingError } from '@lading/manifest';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GAME, type MadeNode, madeGraph } from '../../test/support/made-graph.js';
import { assertPlanIsWhole, planSplit, type SplitPlan, type SplitRules } from '../index.js';

describe('planSplit', () => {
  it('gives each root its own archive, and one to what both need', async () => {
    const plan = planSplit(await madeGraph(GAME));
    expect(contentOf(plan)).toEqual({
      'levels-1': ['/levels/1/map.bin', '/levels/1.json'],
      'levels-2': ['/levels/2/map.bin', '/levels/2.json'],
      [nameOf(plan, '/sky.png')]: ['/sky.png'],
      rest: ['/notes.txt'],
    });
    expect(nameOf(plan, '/sky.png')).toMatch(/^shared-[0-9a-f]{4}$/);
    expect(plan.roots).toEqual({
      '/levels/1.json': [nameOf(plan, '/sky.png'), 'levels-1'],
      '/levels/2.json': [nameOf(plan, '/sky.png'), 'levels-2'],
    });
    expect(plan.base).toEqual({ resources: 2, sizeBytes: 70 });
    expect(plan.warnings).toEqual(['No root reaches /notes.txt: no client will ask for it']);
  });

  it('puts what a named archive matches there, the first match wins, and all its roots mount it', async () => {
    const plan = planSplit(await madeGraph(GAME), {
      archives: [
        { name: 'maps', include: ['**/map.bin'], exclude: ['/levels/2/**'], priority: 20, meta: { kind: 'map' } },
        { name: 'pictures', include: ['**/*.png', '**/map.bin'] },
      ],
    });
    expect(contentOf(plan)).toMatchObject({ maps: ['/levels/1/map.bin'], pictures: ['/levels/2/map.bin', '/sky.png'] });
    expect(plan.archives[0]).toMatchObject({
      rule: 'named',
      priority: 20,
      meta: { kind: 'map' },
      consumers: ['/levels/1.json'],
    });
    expect(plan.archives[1]?.consumers).toEqual(['/levels/1.json', '/levels/2.json']);
    expect(plan.roots['/levels/1.json']).toEqual(['pictures', 'levels-1', 'maps']);
  });

  it('says of roots what the first rule that matches says, and nothing of others', async () => {
    const rootRules = [
      { roots: '/levels/1.*', policy: 'essential' },
      { roots: '/levels/*', meta: { chapter: 1 } },
      { roots: '/levels/*', policy: 'prefetch' },
    ] as const;
    const graph = await madeGraph(GAME);
    expect(planSplit(graph, { rootRules }).rootFacts).toEqual({
      '/levels/1.json': { policy: 'essential' },
      '/levels/2.json': { meta: { chapter: 1 } },
    });
    expect(planSplit(graph, { rootRules: [{ roots: '/none', policy: 'prefetch' }] })).toEqual(planSplit(graph));
  });

  it('lets an archive leave to another what that one takes, whatever their order', async () => {
    const archives = [
      { name: 'pictures', include: ['**'], exclude: ['archive:maps', '**/*.json'] },
      { name: 'maps', include: ['**/map.bin', '/notes.txt'], exclude: ['/levels/2/**'] },
    ];
    const plan = planSplit(await madeGraph(GAME), { archives });
    expect(contentOf(plan)).toMatchObject({
      pictures: ['/levels/2/map.bin', '/sky.png'],
      maps: ['/levels/1/map.bin', '/notes.txt'],
    });
  });

  it('leaves out what the rules exclude, and says so where a root needs it', async () => {
    const plan = planSplit(await madeGraph(GAME), { exclude: ['**/*.txt', '/sky.png'] });
    expect(Object.keys(contentOf(plan))).toEqual(['levels-1', 'levels-2']);
    expect(plan.excluded).toEqual({ resources: 2, sizeBytes: 1_007 });
    expect(plan.warnings).toEqual(['The rules leave out /sky.png, which a root needs']);
  });

  it('takes roots by pattern, and refuses patterns that match nothing', async () => {
    const graph = await madeGraph(GAME);
    expect(Object.keys(planSplit(graph, { roots: ['/levels/2.*'] }).roots)).toEqual(['/levels/2.json']);
    const error = caught(() => planSplit(graph, { roots: ['/level/*'] }));
    expect(isLadingError(error, 'ERR_SPLIT_NO_ROOTS')).toBe(true);
    expect(planSplit(graph, { roots: ['/levels/1.json', '/x/*'] }).warnings).toContain(
      'Root pattern /x/* matches no resource',
    );
  });

  it('does without roots where archives are named by hand, and only there', async () => {
    const graph = await madeGraph({ '/a.png': {}, '/b.png': {} });
    expect(
      isLadingError(
        caught(() => planSplit(graph)),
        'ERR_SPLIT_NO_ROOTS',
      ),
    ).toBe(true);
    const plan = planSplit(graph, { archives: [{ name: 'all', include: ['/a*'] }] });
    expect(contentOf(plan)).toEqual({ all: ['/a.png'], rest: ['/b.png'] });
  });

  it('stands a proxy for what is below it: the proxy stays, its collection is the content', async () => {
    const plan = planSplit(
      await madeGraph({
        '/main.collectionc': { is: 'entry', needs: ['/level.collectionproxyc'] },
        '/level.collectionproxyc': { is: 'proxy root', needs: ['/level.collectionc'] },
        '/level.collectionc': { needs: ['/tree.goc'] },
        '/tree.goc': {},
      }),
    );
    expect(contentOf(plan)).toEqual({ level: ['/tree.goc', '/level.collectionc'] });
    expect(plan.base.resources).toBe(2);
  });

  it('makes a root mount what a root below it needs', async () => {
    const plan = planSplit(
      await madeGraph({
        '/world.json': { is: 'root', needs: ['/town.json'] },
        '/town.json': { is: 'root', needs: ['/house.json'] },
        '/house.json': { is: 'root', needs: ['/door.png', '/world.json'] },
        '/door.png': {},
      }),
    );
    expect(plan.roots['/world.json']).toEqual(['house', 'town', 'world']);
    expect(plan.roots['/house.json']).toEqual(['house', 'town', 'world']);
  });

  it('never mixes roots with the same base name, whatever the clash', async () => {
    const paths = [
      '/a/level.json',
      '/b/level.json',
      '/a-level.json',
      '/a/level.png',
      '/A/level.json',
      '/__proto__',
      '/constructor.x',
      '/con.json',
      '/уровень/1.json',
      '/уровень/2.json',
      `/${'long'.repeat(40)}.json`,
    ];
    const graph = await madeGraph(
      new Map(paths.map((path): [string, MadeNode] => [path, { is: 'root', sizeBytes: 1 }])),
    );
    const plan = planSplit(graph);
    expect(plan.archives.length).toBe(paths.length);
    expect(new Set(plan.archives.map(({ name }) => name)).size).toBe(paths.length);
    for (const { name } of plan.archives) expect(name).toMatch(/^[a-z0-9][a-z0-9._-]{0,63}$/);
    expect(nameOf(plan, '/b/level.json')).toBe('b-level');
    expect(nameOf(plan, '/a/level.json')).toMatch(/^a-level-[0-9a-f]{4}$/);
    expect(nameOf(plan, '/con.json')).toMatch(/^con-/);
    for (const path of paths) expect(plan.roots[path]).toEqual([nameOf(plan, path)]);
  });

  it('gives way to names that rules take', async () => {
    const plan = planSplit(await madeGraph(GAME), {
      archives: [
        { name: 'levels-1', include: ['/sky.png'] },
        { name: 'rest', include: ['/nothing/**'] },
      ],
    });
    expect(nameOf(plan, '/levels/1.json')).toMatch(/^levels-1-[0-9a-f]{4}$/);
    expect(nameOf(plan, '/notes.txt')).toMatch(/^rest-[0-9a-f]{4}$/);
    expect(plan.warnings).toContain('Archive rest is not written: its patterns take no resource outside the base');
  });

  it('keeps the size cap, and says which resource alone is over it', async () => {
    const plan = planSplit(await madeGraph(GAME), { maxArchiveBytes: 450 });
    for (const { sizeBytes, resources } of plan.archives) expect(sizeBytes <= 450 || resources.length === 1).toBe(true);
    const sky = nameOf(plan, '/sky.png');
    expect(plan.warnings).toContain(`Archive ${sky} is over the size cap: /sky.png alone has 1000 of 450 bytes`);
    // 500 bytes of level 2 in two parts: the first keeps the name of the group.
    expect(plan.archives.filter(({ group }) => group === 'levels-2').map(({ name }) => name)).toEqual([
      'levels-2',
      expect.stringMatching(/^levels-2\.[0-9a-f]{4}$/),
    ]);
  });

  it('asks for sizes that the graph does not know, and says where nobody knows them', async () => {
    const graph = await madeGraph({ '/r.json': { is: 'root', needs: ['/a', '/b'] }, '/a': {}, '/b': {} });
    const sized = planSplit(
      graph,
      { maxArchiveBytes: 10 },
      { sizeOf: ({ path }) => (path === '/r.json' ? undefined : 8) },
    );
    expect(sized.archives.length).toBe(2);
    expect(sized.warnings[0]).toContain('/r.json is not known');
  });

  it('says which root needs nothing', async () => {
    const plan = planSplit(
      await madeGraph({
        '/main': { is: 'entry', needs: ['/x.collectionproxyc'] },
        '/x.collectionproxyc': { is: 'proxy root', needs: ['/main'] },
        '/y': { is: 'root' },
      }),
    );
    expect(plan.roots['/x.collectionproxyc']).toEqual([]);
    expect(plan.warnings[0]).toContain('Root /x.collectionproxyc needs no archive');
  });

  it('places everything exactly once, whatever the graph, the rules and the order of the input', () => {
    const shape = fc.record({
      count: fc.integer({ min: 1, max: 40 }),
      edges: fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 120 }),
      roots: fc.array(fc.nat(), { minLength: 1, maxLength: 6 }),
      entries: fc.array(fc.nat(), { maxLength: 2 }),
      rules: fc.record({
        maxArchiveBytes: fc.option(fc.integer({ min: 1, max: 500 }), { nil: undefined }),
        archives: fc.constantFrom(undefined, [{ name: 'named', include: ['/d1/**'] }]),
        exclude: fc.constantFrom(undefined, ['**/*7']),
      }),
      seed: fc.nat(),
    });
    return fc.assert(
      fc.asyncProperty(shape, async ({ count, edges, roots, entries, rules, seed }) => {
        const nodes = Array.from({ length: count }, (_, i): [string, MadeNode] => [
          `/d${i % 3}/n${i}`,
          {
            sizeBytes: (i * 37) % 200,
            is: roots.some((root) => root % count === i)
              ? i % 4 === 0
                ? 'proxy root'
                : 'root'
              : entries.some((entry) => entry % count === i)
                ? 'entry'
                : undefined,
            needs: edges.filter(([from]) => from % count === i).map(([, to]) => `/d${(to % count) % 3}/n${to % count}`),
          } as MadeNode,
        ]);
        const plan = planSplit(await madeGraph(new Map(nodes)), rules as SplitRules);
        const shuffled = [...nodes].sort((a, b) => ((a[0].length * 31 + seed) % 7) - ((b[0].charCodeAt(4) + seed) % 5));
        expect(planSplit(await madeGraph(new Map(shuffled.reverse())), rules as SplitRules)).toEqual(plan);
        const placed = plan.archives.flatMap(({ resources }) => resources.map(({ path }) => path));
        expect(new Set(placed).size).toBe(placed.length);
        expect(placed.length + plan.base.resources + plan.excluded.resources).toBe(count);
        expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
      }),
      { numRuns: 150 },
    );
  });

  it('orders what is needed before what needs it, also in a circle and in a chain of 100,000', async () => {
    const circle = planSplit(
      await madeGraph({ '/a': { is: 'root', needs: ['/b', '/a'] }, '/b': { needs: ['/c'] }, '/c': { needs: ['/b'] } }),
    );
    expect(contentOf(circle)).toEqual({ a: ['/c', '/b', '/a'] });
    const pathOf = (i: number): string => `/n${String(i).padStart(6, '0')}`;
    const chain = new Map(
      Array.from({ length: 100_000 }, (_, i): [string, MadeNode] => [
        pathOf(i),
        { ...(i === 0 && { is: 'root' }), needs: i < 99_999 ? [pathOf(i + 1)] : [] },
      ]),
    );
    const [archive] = planSplit(await madeGraph(chain)).archives;
    expect(archive?.resources[0]?.path).toBe(pathOf(99_999));
    expect(archive?.resources.at(-1)?.path).toBe(pathOf(0));
  });
});

describe('assertPlanIsWhole', () => {
  it('finds what is lost, what is there twice and what does not belong, all at once', async () => {
    const plan = planSplit(await madeGraph(GAME));
    const [first, second, ...others] = plan.archives;
    if (first === undefined || second === undefined) throw new Error('unreachable');
    const stray = { path: '/stray', sizeBytes: 1 };
    const broken: SplitPlan = {
      ...plan,
      archives: [
        { ...first, resources: [stray] },
        { ...second, resources: [...second.resources, ...others.flatMap((archive) => archive.resources)] },
        ...others,
      ],
    };
    const paths = plan.archives.flatMap(({ resources }) => resources.map(({ path }) => path));
    const error = caught(() => assertPlanIsWhole(broken, paths));
    expect(isLadingError(error, 'ERR_SPLIT_LOST')).toBe(true);
    const problems = (error as { details: { problems: { path: string; problem: string }[] } }).details.problems;
    const at = (path: string): string | undefined => problems.find((problem) => problem.path === path)?.problem;
    expect(at('/levels/1/map.bin')).toBe('is in no archive');
    expect(at('/sky.png')).toContain('is in archive levels-2 and in archive shared-');
    expect(at('/stray')).toBe('is in archive levels-1 and must not be');
    expect(() => assertPlanIsWhole(plan, paths)).not.toThrow();
  });
});

function contentOf(plan: SplitPlan): Record<string, string[]> {
  return Object.fromEntries(plan.archives.map(({ name, resources }) => [name, resources.map(({ path }) => path)]));
}

function nameOf(plan: SplitPlan, path: string): string {
  return plan.archives.find(({ resources }) => resources.some((resource) => resource.path === path))?.name ?? '';
}

function caught(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error('expected an error');
}
