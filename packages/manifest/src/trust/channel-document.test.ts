import { describe, expect, it } from 'vitest';
import { type Channel, parseChannel, serializeChannel } from './index.js';
import { channelOf, encode, madeUpDigest, problemsOf } from './trust.fixture.js';

const CHANNEL: Channel = channelOf({ bytes: encode({}), payload: encode({}), digest: madeUpDigest(1), sizeBytes: 321 });

describe('a channel', () => {
  it.each<[string, object]>([
    ['/project', { project: 'a\nb' }],
    ['/name', { name: 'Stable' }],
    ['/name', { name: '../stable' }],
    ['/expiresAt', { expiresAt: '2026-11-28' }],
    ['/expiresAt', { expiresAt: '2026-11-28T00:00:00+01:00' }],
    ['/expiresAt', { expiresAt: '2026-11-28T24:00:00Z' }],
    ['/expiresAt', { expiresAt: '2026-11-28t00:00:00z' }],
    ['/expiresAt', { expiresAt: '2026-06-30T23:59:60Z' }],
    ['/expiresAt', { expiresAt: 1_795_824_000 }],
    ['/root', { root: 0 }],
    ['/release', { release: 'x' }],
    ['/release/key', { release: { ...CHANNEL.release, key: '../x.json' } }],
    ['/release/sizeBytes', { release: { ...CHANNEL.release, sizeBytes: 2 ** 40 } }],
    ['/release/digest', { revoked: [CHANNEL.release.digest] }],
    ['/rollout', { rollout: 101 }],
    ['/rollout', { rollout: -0.1 }],
    ['/rollout', { rollout: '50' }],
    ['/revoked/1', { revoked: [madeUpDigest(5), madeUpDigest(5)] }],
    ['/revoked/0', { revoked: ['sha1:00'] }],
  ])('reports %s of %j', (path, over) => {
    expect(problemsOf(() => parseChannel(encode({ ...CHANNEL, ...over }))).map((p) => p.path)).toEqual([path]);
  });

  it.each(['2026-11-28T00:00:00.5Z', '2024-02-29T23:59:59Z', '0001-01-01T00:00:00Z'])(
    'takes %s as a time',
    (expiresAt) => {
      expect(parseChannel(encode({ ...CHANNEL, expiresAt })).expiresAt).toBe(expiresAt);
    },
  );

  it('takes revoked releases and a rollout', () => {
    const more = { ...CHANNEL, rollout: 0, revoked: [madeUpDigest(5), madeUpDigest(6)] };
    expect(parseChannel(serializeChannel(more))).toEqual(more);
  });
});
