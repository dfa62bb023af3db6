import { channelKey } from '@lading/manifest';
import { type Attack, edit } from './attack.js';
import {
  fileOf,
  nextRoot,
  type Published,
  publish,
  rewire,
  rolesWith,
  type Scene,
  visit,
  wireOf,
  withChannel,
  withFiles,
} from './scene.js';
import type { Visit } from './transcript.js';

const CHANNEL = channelKey('stable');
const OPEN = 'manifest/src/trust/open-envelope.ts';
const ROLES = 'manifest/src/trust/role-keys.ts';
const ROOT = 'manifest/src/trust/root-document.ts';

/** A project whose channel needs the signatures of two keys, and has them. */
async function withTwoKeys(scene: Scene, threshold = 2): Promise<Published> {
  const { keys, fresh } = scene;
  const two = rolesWith(keys, 'channel', [keys.channel, fresh.channel], threshold);
  const content = await publish(scene, {
    says: 'honest',
    chain: [scene.root, await nextRoot(keys, 2, [keys.root], two)],
  });
  return withChannel(scene, content, {}, [keys.channel, fresh.channel]);
}

/** The same, of which the channel file has other signatures. */
function signedBy(published: Published, signatures: (all: ReturnType<typeof wireOf>['signatures']) => unknown): Visit {
  const channel = fileOf(published, CHANNEL);
  return visit(
    withFiles(published, { [CHANNEL]: rewire(channel, { signatures: signatures(wireOf(channel).signatures) }) }),
  );
}

/** U17 to U21: a threshold that is not reached, or means nothing. */
export const THRESHOLDS: readonly Attack[] = [
  {
    id: 'U17',
    says: 'one of two signatures',
    code: 'ERR_TRUST_SIGNATURE',
    async play(scene) {
      const right = await withTwoKeys(scene);
      return { attack: signedBy(right, (all) => all.slice(0, 1)), control: visit(right) };
    },
    mutant: [edit(OPEN, 'signers.length < threshold', 'signers.length < 1')],
  },
  {
    id: 'U18',
    says: 'one signature twice, where two are needed',
    code: 'ERR_ENVELOPE',
    async play(scene) {
      const right = await withTwoKeys(scene);
      return { attack: signedBy(right, ([first]) => [first, first]), control: visit(right) };
    },
    mutant: [edit('manifest/src/trust/envelope.ts', '(signature) => signature.keyid,', '(signature) => signature,')],
  },
  {
    id: 'U19',
    says: 'one key under two ids, where two keys are needed (refused in three places)',
    code: 'ERR_DOCUMENT',
    async play(scene) {
      const { keys } = scene;
      const alias = 'ab'.repeat(32);
      const two = rolesWith(keys, 'channel', [keys.channel, { ...keys.channel, keyid: alias }], 2);
      const chain = [scene.root, await nextRoot(keys, 2, [keys.root], two)];
      const evil = await publish(scene, { says: 'honest', chain });
      const twice = signedBy(evil, ([own]) => [{ ...own, keyid: alias }, own]);
      return { attack: twice, control: visit(await withTwoKeys(scene)) };
    },
    mutant: [
      edit(ROLES, 'if (key.keyid !== keyid) problems', 'if (key.keyid === "") problems'),
      edit(ROLES, 'return identifyPublicKey(decodeBase64', 'return withId(keyid, decodeBase64'),
      edit(
        ROLES,
        '/** The keys of a role',
        'const withId = async (keyid: string, spki: Uint8Array) => ({ ...(await identifyPublicKey(spki)), keyid });\n/** The keys of a role',
      ),
      edit(
        OPEN,
        'return new Map(keys.map((key) => [key.keyid, key]));',
        'return new Map(given.map((key, i) => [key.keyid, keys[i]!]));',
      ),
    ],
  },
  {
    id: 'U20',
    says: 'a threshold of 0 for the channel, and a channel without signatures (refused in two places)',
    code: 'ERR_DOCUMENT',
    async play(scene) {
      return { attack: signedBy(await withTwoKeys(scene, 0), () => []), control: visit(await withTwoKeys(scene, 1)) };
    },
    mutant: [
      edit(ROOT, 'threshold: integer(1) }', 'threshold: integer(0) }'),
      edit(OPEN, 'threshold >= 1 &&', 'threshold >= 0 &&'),
    ],
  },
  {
    id: 'U21',
    says: 'a threshold of 3 for a role of two keys (refused in two places)',
    code: 'ERR_DOCUMENT',
    async play(scene) {
      return { attack: visit(await withTwoKeys(scene, 3)), control: visit(await withTwoKeys(scene, 2)) };
    },
    mutant: [
      edit(ROOT, 'if (role.threshold > count)', 'if (role.threshold > MAX_ROLE_KEYS)'),
      edit(OPEN, '&& threshold <= keys.size', '&& threshold <= 16'),
      edit(OPEN, 'signers.length < threshold', 'signers.length < Math.min(threshold, keys.size)'),
    ],
  },
];
