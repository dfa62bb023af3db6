import { describe, expect, it } from 'vitest';
import { createRoot, parseRoot, serializeRoot } from './index.js';
import { encode, newKeyring, problemsOf, rootOf } from './trust.fixture.js';

describe('a root', () => {
  it('comes back from its bytes as it was, its keys without a prototype', async () => {
    const root = rootOf(await newKeyring());
    const read = parseRoot(serializeRoot(root));
    expect(read).toEqual(root);
    expect(Object.getPrototypeOf(read.keys)).toBeNull();
  });

  it('reports keys and roles that do not fit together', async () => {
    const keys = await newKeyring();
    const root = rootOf(keys);
    const { keyid } = keys.root;
    const other = 'cd'.repeat(32);
    const withRole = (role: object): object => ({ ...root, roles: { ...root.roles, root: role } });
    const withKey = (key: object): object => ({
      ...root,
      keys: { ...root.keys, [keyid]: { ...root.keys[keyid], ...key } },
    });
    const cases: [string, object][] = [
      ['/roles/root/keyids/1', withRole({ keyids: [keyid, other], threshold: 1 })],
      ['/roles/root/keyids/1', withRole({ keyids: [keyid, keyid], threshold: 1 })],
      ['/roles/root/keyids', withRole({ keyids: Array.from({ length: 17 }, () => keyid), threshold: 1 })],
      ['/roles/root/threshold', withRole({ keyids: [keyid], threshold: 1.5 })],
      ['/roles/root/threshold', withRole({ keyids: [], threshold: 1 })],
      ['/roles/root', withRole([])],
      [`/keys/${keyid}/algorithm`, withKey({ algorithm: 'RS256' })],
      [`/keys/${keyid}/algorithm`, withKey({ algorithm: 'Ed25519' })],
      [`/keys/${keyid}/spki`, withKey({ spki: 'AAAA' })],
      [`/keys/${keyid}/spki`, withKey({ spki: `${root.keys[keyid]?.spki}\n` })],
      ['/keys/short', { ...root, keys: { ...root.keys, short: root.keys[keyid] } }],
    ];
    for (const [path, document] of cases) {
      const paths = problemsOf(() => parseRoot(encode(document))).map((problem) => problem.path);
      expect(paths, path).toEqual([path]);
    }
  });

  it('lists a key that stands in several roles once', async () => {
    const { root: key } = await newKeyring();
    const one = createRoot({
      version: 1,
      expiresAt: '2036-01-01T00:00:00Z',
      keys: { root: [key], release: [key], channel: [key] },
    });
    expect(Object.keys(one.keys)).toEqual([key.keyid]);
  });
});
