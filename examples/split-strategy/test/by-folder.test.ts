import { runSuite, splitStrategyConformance } from '@lading/conformance';
import { loadGraph } from '@lading/graph';
import { planSplit } from '@lading/splitter';
import { describe, expect, it } from 'vitest';
import { byFolder } from '../src/by-folder.js';

runSuite(splitStrategyConformance({ create: byFolder, planSplit }), { describe, it });

describe('byFolder', () => {
  it('makes an archive per folder, and the roots mount what they need of them', async () => {
    const graph = await loadGraph({
      name: 'game',
      async load(builder) {
        for (const path of ['/levels/1.json', '/levels/2.json']) builder.addNode({ path, sizeBytes: 9, isRoot: true });
        for (const path of ['/Art/sky.png', '/art/sea.png', '/sound/wind.ogg']) builder.addNode({ path, sizeBytes: 9 });
        builder.addEdge('/levels/1.json', '/Art/sky.png');
        builder.addEdge('/levels/1.json', '/sound/wind.ogg');
        builder.addEdge('/levels/2.json', '/art/sea.png');
      },
    });
    const { archives, roots } = planSplit(graph, {}, { strategy: byFolder() });
    expect(archives.map(({ name, reason }) => [name, reason])).toEqual([
      ['in-_41_rt', 'all of /Art/'],
      ['in-art', 'all of /art/'],
      ['in-levels', 'all of /levels/'],
      ['in-sound', 'all of /sound/'],
    ]);
    expect(roots['/levels/2.json']).toEqual(['in-levels', 'in-art']);
  });
});
