import { type Attack, edit } from './attack.js';
import { nextRoot, publish, visit } from './scene.js';
import type { Visit } from './transcript.js';

const CHANNEL = 'manifest/src/trust/verify-channel.ts';
const UPDATE = 'mount/src/update-trust.ts';
const FOLLOWER = 'mount/src/release-follower.ts';
const PAST = '2026-05-01T00:00:00.000Z';

/** U30 to U35: an app that is to stay where it is, or whose clock is not right. */
export const FREEZES: readonly Attack[] = [
  {
    id: 'U30',
    says: 'an expired channel, at a first start',
    code: 'ERR_CHANNEL_STALE',
    async play(scene) {
      const old = await publish(scene, { says: 'old', expiresAt: PAST });
      return { attack: visit(old), control: visit(old, { now: '2026-04-30T23:59:59.999Z' }) };
    },
    mutant: [edit(CHANNEL, 'isExpired: isPast(channel.expiresAt, options.now)', 'isExpired: false')],
  },
  {
    id: 'U31',
    says: 'a last root that has expired; one before it may',
    code: 'ERR_TRUST_EXPIRED',
    async play(scene) {
      const { keys } = scene;
      const root = (version: number, expiresAt: string): Promise<Uint8Array> =>
        nextRoot(keys, version, [keys.root], { expiresAt });
      const chain = [scene.root, await root(2, PAST)];
      const old = await publish(scene, { says: 'honest', chain });
      const now = await publish(scene, { says: 'honest', chain: [...chain, await root(3, '2027-01-01T00:00:00Z')] });
      return { attack: visit(old), control: visit(now) };
    },
    mutant: [edit(CHANNEL, 'if (isPast(root.expiresAt, now)) {', 'if (root.version < 1) {')],
  },
  {
    id: 'U32',
    says: 'the channel that the app runs on, shown for ever: what runs is kept, and once it has expired the app is told',
    code: 'stale',
    async play(scene) {
      const now = await publish(scene, { says: 'now', expiresAt: '2026-07-01T00:00:00.000Z' });
      const later = (over: Partial<Visit>): Visit => visit(now, { start: 'goes on', ...over });
      return {
        before: [visit(now)],
        attack: later({ now: '2026-07-01T00:00:00.000Z' }),
        control: later({ now: '2026-06-30T23:59:59.999Z' }),
      };
    },
    mutant: [
      edit(
        UPDATE,
        "if (isExpired) return { state: trusted, outcome: 'stale', channel };",
        "if (isExpired) return { state: trusted, outcome: 'unchanged', channel };",
      ),
    ],
  },
  {
    id: 'U33',
    says: 'a clock set back to when an expired channel was fresh',
    code: 'stale',
    async play(scene) {
      const now = await publish(scene, { says: 'now' }); // Its release was made on 2026-01-01.
      const replay = await publish(scene, { says: 'replay', sequence: 2, expiresAt: '2025-12-31T00:00:00.000Z' });
      const next = await publish(scene, { says: 'next', sequence: 2 });
      const back = { now: '2025-06-01T00:00:00.000Z' };
      return { before: [visit(now)], attack: visit(replay, back), control: visit(next, back) };
    },
    mutant: [edit(UPDATE, 'Math.max(options.now.getTime(), floor.seenMs)', 'options.now.getTime()')],
  },
  {
    id: 'U34',
    says: 'a clock set far ahead: everything seems expired, and what runs is kept',
    code: 'stale',
    async play(scene) {
      const now = await publish(scene, { says: 'now', expiresAt: '2026-07-01T00:00:00.000Z' });
      return { before: [visit(now)], attack: visit(now, { now: '2090-01-01T00:00:00.000Z' }), control: visit(now) };
    },
    mutant: [
      edit(
        FOLLOWER,
        "if (outcome === 'stale' && !this.#hasContent) throw staleError();",
        "if (outcome === 'stale') throw staleError();",
      ),
      edit(FOLLOWER, 'if (!this.#hasContent) throw error;', 'throw error;'),
    ],
    gains: 'lost',
  },
  {
    id: 'U35',
    says: 'a server that answers 304 for ever, though nothing was here to compare with',
    code: 'ERR_SOURCE_FAILED',
    async play(scene) {
      const now = await publish(scene, { says: 'now' });
      const next = await publish(scene, { says: 'now', sequence: 2 });
      const frozen = scene.serve(next.files, {
        hook: (_, response) => response.writeHead(304).end() !== undefined,
      });
      const later = (url: string): Visit => visit(next, { network: { url }, start: 'goes on' });
      return { before: [visit(now)], attack: later(frozen), control: later(scene.serve(next.files)) };
    },
    mutant: [
      edit(
        FOLLOWER,
        "this.#events.emit('refreshFailed', { error });",
        "if (String(error).includes('304')) return { outcome: 'unchanged', latest: summaryOf(this.latest) };",
      ),
    ],
  },
];
