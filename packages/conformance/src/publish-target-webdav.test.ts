import type { PublishTarget } from '@lading/publisher';
import { webdavTarget } from '@lading/publisher/node';
import { findWebdavServers, startMemoryWebdav, startRealWebdav, type WebdavServer } from '@lading/webdav-server';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { runSuite } from './conformance-suite.js';
import { publishTargetConformance } from './publish-target-conformance.js';

const servers: Record<string, () => Promise<WebdavServer>> = {
  'a server of ours': () => startMemoryWebdav(),
  'a server of ours without locks': () => startMemoryWebdav({ hasLocks: false }),
};
for (const name of await findWebdavServers()) servers[name] = () => startRealWebdav(name);
if (Object.keys(servers).length === 2) console.info('conformance: no real WebDAV server here, so only ours is tested');

/** What a server does not keep, and we cannot make up for. */
const SKIPS: Readonly<Record<string, readonly string[]>> = {
  // dav-ext lists no names that begin with a dot.
  nginx: ['odd keys are kept as they are'],
  // It writes over a file in place, so that a reader may see it empty.
  rclone: ['a reader sees the old object or the new one, never a part'],
};

describe.each(Object.keys(servers))('webdavTarget on %s', (name) => {
  let server: WebdavServer;
  let count = 0;
  const places = new WeakMap<PublishTarget, string>();

  beforeAll(async () => {
    server = await (servers[name] ?? startMemoryWebdav)();
  });
  afterAll(() => server?.stop());

  function open(place: string, authorization = { user: server.user, password: server.password }): PublishTarget {
    const target = webdavTarget({ url: `${server.url}/${place}`, authorization });
    places.set(target, place);
    return target;
  }

  const suite = publishTargetConformance({
    create: async () => open(`case%20${count++}`),
    reopen: async (target) => open(places.get(target) ?? ''),
    createForbidden: async () => open('forbidden', { user: server.user, password: 'wrong' }),
    createMissing: async () => open('nothing/here'),
    skip: SKIPS[name],
  });
  runSuite(suite, { describe, it });
});
