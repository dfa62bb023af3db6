import { channelKey, PAYLOAD_TYPES, releaseKey } from '@lading/manifest';
import { type Attack, edit } from './attack.js';
import {
  fileOf,
  nextRoot,
  payloadOf,
  publish,
  rewire,
  rolesWith,
  type Scene,
  sealBytes,
  visit,
  withFiles,
} from './scene.js';
import type { Visit } from './transcript.js';

const CHANNEL = channelKey('stable');
const OPEN = 'manifest/src/trust/open-envelope.ts';

const honest = async (scene: Scene): Promise<Visit> => visit(await publish(scene, { says: 'honest' }));

/** U01 to U07: documents without a signature, or with one of a key that may not sign them. */
export const UNSIGNED_DOCUMENTS: readonly Attack[] = [
  {
    id: 'U01',
    says: 'a channel without signatures',
    code: 'ERR_TRUST_SIGNATURE',
    async play(scene) {
      const evil = await publish(scene, { says: 'old and revoked' });
      const unsigned = rewire(fileOf(evil, CHANNEL), { signatures: [] });
      return { attack: visit(withFiles(evil, { [CHANNEL]: unsigned })), control: visit(evil) };
    },
    mutant: [edit(OPEN, 'signers.length < threshold', 'envelope.signatures.length > 0 && signers.length < threshold')],
  },
  {
    id: 'U02',
    says: 'a release without signatures',
    code: 'ERR_TRUST_SIGNATURE',
    async play(scene) {
      const evil = await publish(scene, { says: 'evil' });
      const key = releaseKey(evil.layout.releaseDigest);
      const unsigned = rewire(fileOf(evil, key), { signatures: [] });
      return { attack: visit(withFiles(evil, { [key]: unsigned })), control: visit(evil) };
    },
    mutant: [
      edit(
        'manifest/src/trust/verify-release.ts',
        'const payload = await openEnvelope(bytes, { payloadType: PAYLOAD_TYPES.release, ...signedBy });',
        'const payload = Uint8Array.from(atob(JSON.parse(new TextDecoder().decode(bytes)).payload), (c) => c.charCodeAt(0)); void [openEnvelope, PAYLOAD_TYPES, signedBy];',
      ),
    ],
  },
  {
    id: 'U03',
    says: "a next root without signatures, with the thief's keys in it",
    code: 'ERR_TRUST_SIGNATURE',
    async play(scene) {
      const signed = await nextRoot(scene.thief, 2, [scene.thief.root]);
      const chain = [scene.root, rewire(signed, { signatures: [] })];
      const evil = await publish(scene, { says: 'evil', keys: scene.thief, chain });
      return { attack: visit(evil), control: await honest(scene) };
    },
    mutant: [edit(OPEN, 'signers.length < threshold', "!payloadType.includes('root') && signers.length < threshold")],
  },
  {
    id: 'U04',
    says: 'channel and release by a key that no root names',
    code: 'ERR_TRUST_SIGNATURE',
    async play(scene) {
      const evil = await publish(scene, { says: 'evil', keys: scene.thief });
      return { attack: visit(evil), control: await honest(scene) };
    },
    mutant: [
      edit(OPEN, 'if (key === undefined) continue;', 'if (key === undefined) { signers.push(keyid); continue; }'),
    ],
  },
  {
    id: 'U05',
    says: 'a channel by the release key',
    code: 'ERR_TRUST_SIGNATURE',
    async play(scene) {
      const evil = await publish(scene, { says: 'evil', keys: { channel: scene.keys.release } });
      return { attack: visit(evil), control: await honest(scene) };
    },
    mutant: [
      edit(
        'manifest/src/trust/verify-channel.ts',
        "roleKeys(trusted.root, 'channel')",
        "roleKeys(trusted.root, 'release')",
      ),
    ],
  },
  {
    id: 'U06',
    says: 'a release by the channel key',
    code: 'ERR_TRUST_SIGNATURE',
    async play(scene) {
      const evil = await publish(scene, { says: 'evil', keys: { release: scene.keys.channel } });
      return { attack: visit(evil), control: await honest(scene) };
    },
    mutant: [
      edit(
        'manifest/src/trust/verify-release.ts',
        "roleKeys(trusted.root, 'release')",
        "roleKeys(trusted.root, 'channel')",
      ),
    ],
  },
  {
    id: 'U07',
    says: 'what was signed as a release is shown as the channel, by a key that may sign both',
    code: 'ERR_TRUST_TYPE',
    async play(scene) {
      const both = rolesWith(scene.keys, 'channel', [scene.keys.release], 1);
      const chain = [scene.root, await nextRoot(scene.keys, 2, [scene.keys.root], both)];
      const right = await publish(scene, { says: 'honest', keys: { channel: scene.keys.release }, chain });
      const payload = payloadOf(fileOf(right, CHANNEL));
      const other = await sealBytes(PAYLOAD_TYPES.release, payload, [scene.keys.release]);
      return { attack: visit(withFiles(right, { [CHANNEL]: other })), control: visit(right) };
    },
    mutant: [edit(OPEN, 'if (envelope.payloadType !== payloadType) {', 'if (false) {')],
  },
];
