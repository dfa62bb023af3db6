import { type Attack, edit } from './attack.js';
import { encode, nextRoot, publish, visit } from './scene.js';

const TRUSTED = 'manifest/src/trust/trusted-root.ts';
const ROOTS = 'mount/src/follow-roots.ts';
const STEP = 'if (actual === expected) return next;';
const OLD_KEYS_OPEN = 'await openEnvelope(own, byOldKeys)';

/** U53 to U60: roots that replace keys, and keys that were replaced. */
export const KEY_ROTATIONS: readonly Attack[] = [
  {
    id: 'U53',
    says: 'a next root that only its own keys signed',
    code: 'ERR_TRUST_SIGNATURE',
    async play(scene) {
      const { keys, thief, fresh } = scene;
      const stolen = [scene.root, await nextRoot(thief, 2, [thief.root])];
      const rotated = [scene.root, await nextRoot(fresh, 2, [keys.root, fresh.root])];
      return {
        attack: visit(await publish(scene, { says: 'evil', keys: thief, chain: stolen })),
        control: visit(await publish(scene, { says: 'honest', keys: fresh, chain: rotated })),
      };
    },
    mutant: [edit(TRUSTED, OLD_KEYS_OPEN, 'decodeEnvelope(own, MAX_ROOT_BYTES).payload')],
  },
  {
    id: 'U54',
    says: 'a next root that only the old keys signed, not its own',
    code: 'ERR_TRUST_SIGNATURE',
    async play(scene) {
      const { keys, fresh } = scene;
      const half = [scene.root, await nextRoot(fresh, 2, [keys.root])];
      const whole = [scene.root, await nextRoot(fresh, 2, [keys.root, fresh.root])];
      return {
        attack: visit(await publish(scene, { says: 'evil', keys: fresh, chain: half })),
        control: visit(await publish(scene, { says: 'honest', keys: fresh, chain: whole })),
      };
    },
    mutant: [
      edit(
        TRUSTED,
        "await openEnvelope(bytes, { payloadType: PAYLOAD_TYPES.root, ...(await roleKeys(root, 'root')) });",
        '',
      ),
    ],
  },
  {
    id: 'U55',
    says: 'a root that skips a version',
    code: 'ERR_TRUST_ROOT',
    async play(scene) {
      const { keys } = scene;
      const withVersion = async (version: number) =>
        visit(
          await publish(scene, { says: 'honest', chain: [scene.root, await nextRoot(keys, version, [keys.root])] }),
        );
      return { attack: await withVersion(3), control: await withVersion(2) };
    },
    mutant: [edit(TRUSTED, STEP, 'if (actual >= expected) return next;')],
  },
  {
    id: 'U56',
    says: 'a release by the key that was rotated away',
    code: 'ERR_TRUST_SIGNATURE',
    async play(scene) {
      const rotated = { ...scene.keys, release: scene.fresh.release };
      const chain = [scene.root, await nextRoot(rotated, 2, [scene.keys.root])];
      return {
        before: [visit(await publish(scene, { says: 'before' }))],
        attack: visit(await publish(scene, { says: 'evil', sequence: 2, chain }), { start: 'goes on' }),
        control: visit(await publish(scene, { says: 'honest', sequence: 2, keys: rotated, chain }), {
          start: 'goes on',
        }),
      };
    },
    mutant: [
      edit(
        TRUSTED,
        STEP,
        `if (actual === expected) return {
          ...next,
          root: {
            ...next.root,
            keys: { ...trusted.root.keys, ...next.root.keys },
            roles: { ...next.root.roles, release: trusted.root.roles.release },
          },
        };`,
      ),
    ],
  },
  {
    id: 'U57',
    says: 'a third root by the keys of the first, not by those of the second',
    code: 'ERR_TRUST_SIGNATURE',
    async play(scene) {
      const { keys, fresh, thief } = scene;
      const second = await nextRoot(fresh, 2, [keys.root, fresh.root]);
      const last = { ...fresh, root: fresh.channel };
      const stolen = [scene.root, second, await nextRoot(thief, 3, [keys.root, thief.root])];
      const right = [scene.root, second, await nextRoot(last, 3, [fresh.root, last.root])];
      return {
        attack: visit(await publish(scene, { says: 'evil', keys: thief, chain: stolen })),
        control: visit(await publish(scene, { says: 'honest', keys: last, chain: right })),
      };
    },
    mutant: [
      edit(
        TRUSTED,
        "...(await roleKeys(trusted.root, 'root')) };",
        "...(first ??= await roleKeys(trusted.root, 'root')) };",
      ),
      edit(
        TRUSTED,
        'async function openByOwnKeys',
        'let first: Awaited<ReturnType<typeof roleKeys>> | undefined;\nasync function openByOwnKeys',
      ),
    ],
  },
  {
    id: 'U58',
    says: "another root 1 under the name of root 2: a draft with the thief's channel key",
    code: 'ERR_TRUST_ROLLBACK',
    async play(scene) {
      const draft = { ...scene.keys, channel: scene.thief.channel };
      const rooted = async (version: number) => [scene.root, await nextRoot(draft, version, [scene.keys.root])];
      return {
        attack: visit(await publish(scene, { says: 'old', keys: draft, chain: await rooted(1) })),
        control: visit(await publish(scene, { says: 'honest', keys: draft, chain: await rooted(2) })),
      };
    },
    mutant: [edit(TRUSTED, STEP, 'if (actual === expected || actual === trusted.root.version) return next;')],
  },
  {
    id: 'U59',
    says: 'the update ends between two roots, and then the network shows the time before both',
    code: 'ERR_TRUST_SIGNATURE',
    async play(scene) {
      const { keys, fresh } = scene;
      const rotated = { ...keys, channel: fresh.channel };
      const chain = [scene.root, await nextRoot(rotated, 2, [keys.root])];
      const third = await nextRoot(rotated, 3, [keys.root]);
      const half = await publish(scene, {
        says: 'next',
        sequence: 2,
        keys: rotated,
        chain: [...chain, encode('no root')],
      });
      const whole = await publish(scene, { says: 'next', sequence: 2, keys: rotated, chain: [...chain, third] });
      return {
        before: [visit(await publish(scene, { says: 'before' })), visit(half, { ends: 'ERR_ENVELOPE' })],
        attack: visit(await publish(scene, { says: 'evil', sequence: 3 })),
        control: visit(whole),
      };
    },
    mutant: [edit(ROOTS, 'await storeRoot(next, { before: root, pin }, context);', '')],
  },
  {
    id: 'U60',
    says: 'a rotation resets the channel sequence, but not below what the app was shipped with',
    code: 'ERR_TRUST_ROLLBACK',
    async play(scene) {
      const rotated = { ...scene.keys, channel: scene.fresh.channel };
      const chain = [scene.root, await nextRoot(rotated, 2, [scene.keys.root])];
      const withSequence = async (sequence: number) =>
        visit(await publish(scene, { says: 'honest', keys: rotated, chain, channel: { sequence } }));
      return {
        install: { floor: { sequence: 5 } },
        before: [visit(await publish(scene, { says: 'before', channel: { sequence: 7 } }))],
        attack: await withSequence(4),
        control: await withSequence(5),
      };
    },
    mutant: [
      edit(
        ROOTS,
        'floor = raiseFloor(shippedFloor(options), recoverFloor(',
        'floor = raiseFloor({ ...floor, sequence: 0 }, recoverFloor(',
      ),
    ],
  },
];
