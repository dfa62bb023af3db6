import { rootKey } from '@lading/manifest';
import { type Attack, edit } from './attack.js';
import { nextRoot, publish, visit, withChannel, withFiles } from './scene.js';

const CHANNEL = 'manifest/src/trust/verify-channel.ts';
const UPDATE = 'mount/src/update-trust.ts';
const FLOOR = 'mount/src/trust-floor.ts';
const NEWEST = 'mount/src/newest-root.ts';
const RECOVER = 'mount/src/recover-floor.ts';
const STATE = 'mount/src/trust-state.ts';
const SHAPE = 'manifest/src/trust/document-shape.ts';
/** What another process may have seen is read before the look, and asked once more when the floor is stored. */
const STORED_FLOOR = [
  edit(NEWEST, 'raiseFloor(state.floor, stored)', 'state.floor'),
  edit(UPDATE, 'if (floor !== undefined) assertAboveFloor', 'if (floor?.sequence === -1) assertAboveFloor'),
];

/** U22 to U29: numbers that fall, and numbers that rise too far. */
export const ROLLBACKS: readonly Attack[] = [
  {
    id: 'U22',
    says: 'a lower channel sequence than this process has seen',
    code: 'ERR_TRUST_ROLLBACK',
    async play(scene) {
      const old = await publish(scene, { says: 'old', channel: { sequence: 1 } });
      const now = await publish(scene, { says: 'now', channel: { sequence: 2 } });
      const next = await publish(scene, { says: 'next', channel: { sequence: 3 } });
      return {
        before: [visit(now)],
        attack: visit(old, { start: 'goes on' }),
        control: visit(next, { start: 'goes on' }),
      };
    },
    mutant: [edit(UPDATE, '{ now, project, name, floor }', '{ now, project, name }'), ...STORED_FLOOR],
  },
  {
    id: 'U23',
    says: 'two different channels with one sequence',
    code: 'ERR_TRUST_EQUIVOCATION',
    async play(scene) {
      const first = await publish(scene, { says: 'first' });
      const twin = await publish(scene, { says: 'twin' });
      return { before: [visit(first)], attack: visit(twin), control: visit(first) };
    },
    mutant: [edit(CHANNEL, '|| floor.digest === digest) return;', '|| floor.digest !== undefined) return;')],
  },
  {
    id: 'U24',
    says: 'a higher channel that points at a lower release',
    code: 'ERR_TRUST_ROLLBACK',
    async play(scene) {
      const now = await publish(scene, { says: 'now', sequence: 2 });
      const old = await publish(scene, { says: 'old', sequence: 1, channel: { sequence: 3 } });
      const next = await publish(scene, { says: 'next', sequence: 3 });
      return { before: [visit(now)], attack: visit(old), control: visit(next) };
    },
    mutant: [edit(CHANNEL, 'if (floor.releaseSequence !== undefined) {', 'if (floor.releaseSequence === -1) {')],
  },
  {
    id: 'U25',
    says: 'the first root again as the next one, and a channel by the key that it still trusts (refused in two places)',
    code: 'ERR_TRUST_ROLLBACK',
    async play(scene) {
      const fresh = { ...scene.keys, channel: scene.fresh.channel };
      const chain = [scene.root, await nextRoot(fresh, 2, [scene.keys.root])];
      const now = await publish(scene, { says: 'now', keys: fresh, chain });
      const next = await publish(scene, { says: 'next', keys: fresh, chain, sequence: 2 });
      const stolen = await publish(scene, { says: 'evil', sequence: 2 });
      return {
        before: [visit(now)],
        attack: visit(withFiles(stolen, { [rootKey(3)]: scene.root })),
        control: visit(next),
      };
    },
    mutant: [
      edit(
        'manifest/src/trust/trusted-root.ts',
        'if (actual === expected) return next;',
        'if (actual === expected || actual === 1) return next;',
      ),
      edit(UPDATE, 'stored.version > root.version) {', 'stored.version < root.version) {'),
    ],
  },
  {
    id: 'U26',
    says: 'a lower channel sequence than was seen before a restart',
    code: 'ERR_TRUST_ROLLBACK',
    async play(scene) {
      const old = await publish(scene, { says: 'old', channel: { sequence: 1 } });
      const now = await publish(scene, { says: 'now', channel: { sequence: 2 } });
      const next = await publish(scene, { says: 'next', channel: { sequence: 3 } });
      return { before: [visit(now)], attack: visit(old), control: visit(next) };
    },
    mutant: [
      edit(STATE, 'floor: raiseFloor(shippedFloor(options), stored),', 'floor: shippedFloor(options),'),
      ...STORED_FLOOR,
    ],
  },
  {
    id: 'U27',
    says: 'content older than the app was shipped with, after its storage was wiped',
    code: 'ERR_TRUST_ROLLBACK',
    async play(scene) {
      const old = await publish(scene, { says: 'old', sequence: 4 });
      const now = await publish(scene, { says: 'now', sequence: 5 });
      const install = { floor: { sequence: 5 } };
      return {
        install,
        before: [visit(now)],
        attack: visit(old, { start: 'wiped' }),
        control: visit(now, { start: 'wiped' }),
      };
    },
    mutant: [edit(FLOOR, 'const sequence = floor?.sequence ?? 0;', 'const sequence = 0;')],
  },
  {
    id: 'U28',
    says: 'after a thief jumped to 2^53 - 1: a low channel under a root that leaves him his key; a root that takes it recovers',
    code: 'ERR_TRUST_ROLLBACK',
    async play(scene) {
      const jump = await publish(scene, { says: 'jump', channel: { sequence: Number.MAX_SAFE_INTEGER } });
      const fresh = { ...scene.keys, channel: scene.fresh.channel };
      const chain = async (keys: typeof fresh): Promise<Uint8Array[]> => [
        scene.root,
        await nextRoot(keys, 2, [scene.keys.root], { expiresAt: '2099-01-01T00:00:00Z' }),
      ];
      const same = await publish(scene, { says: 'again', sequence: 2, chain: await chain(scene.keys) });
      const recovered = await publish(scene, { says: 'well', sequence: 2, keys: fresh, chain: await chain(fresh) });
      return { before: [visit(jump)], attack: visit(same), control: visit(recovered) };
    },
    mutant: [
      edit(RECOVER, "const channelChanged = !sameKeys(before, after, 'channel');", 'const channelChanged = true;'),
    ],
  },
  {
    id: 'U29',
    says: 'a sequence of 2^53, which numbers cannot count past',
    code: 'ERR_DOCUMENT',
    async play(scene) {
      const content = await publish(scene, { says: 'honest' });
      const withSequence = async (sequence: number) => visit(await withChannel(scene, content, { sequence }));
      return { attack: await withSequence(2 ** 53), control: await withSequence(2 ** 53 - 1) };
    },
    mutant: [
      edit(SHAPE, 'max: number = Number.MAX_SAFE_INTEGER', 'max: number = Infinity'),
      edit(SHAPE, 'Number.isSafeInteger(value) &&', 'Number.isInteger(value) &&'),
      edit('mount/src/trust-records.ts', 'Number.isSafeInteger(value) &&', 'Number.isInteger(value) &&'),
    ],
  },
];
