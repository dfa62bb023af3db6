import { channelKey, releaseKey } from '@lading/manifest';
import { type Attack, edit } from './attack.js';
import {
  fileOf,
  nextRoot,
  payloadOf,
  publish,
  rewire,
  rolesWith,
  visit,
  wireOf,
  withChannel,
  withFiles,
} from './scene.js';

const CHANNEL = channelKey('stable');
const OPEN = 'manifest/src/trust/open-envelope.ts';
const SIGNATURE = 'manifest/src/trust/signature.ts';
const SIGNATURE_CHECK = 'if (!(await verifySignature(key, message, signature))) {';

/** U08 to U12: signatures that are not what they say. */
export const FORGED_SIGNATURES: readonly Attack[] = [
  {
    id: 'U08',
    says: 'one bit of a signed payload is flipped: sequence 2 becomes 3',
    code: 'ERR_TRUST_SIGNATURE',
    async play(scene) {
      const right = await publish(scene, { says: 'honest', channel: { sequence: 2 } });
      const text = new TextDecoder().decode(payloadOf(fileOf(right, CHANNEL)));
      const flipped = text.replace(/"sequence":2(?=}$)/, '"sequence":3');
      const evil = rewire(fileOf(right, CHANNEL), { payload: btoa(flipped) });
      return { attack: visit(withFiles(right, { [CHANNEL]: evil })), control: visit(right) };
    },
    mutant: [edit(OPEN, SIGNATURE_CHECK, 'if (false) {')],
  },
  {
    id: 'U09',
    says: 'one bit of a signature is flipped',
    code: 'ERR_TRUST_SIGNATURE',
    async play(scene) {
      const right = await publish(scene, { says: 'honest' });
      const [signature] = wireOf(fileOf(right, CHANNEL)).signatures;
      const bytes = Buffer.from(signature?.sig ?? '', 'base64');
      bytes[20] = (bytes[20] ?? 0) ^ 4;
      const evil = rewire(fileOf(right, CHANNEL), { signatures: [{ ...signature, sig: bytes.toString('base64') }] });
      return { attack: visit(withFiles(right, { [CHANNEL]: evil })), control: visit(right) };
    },
    mutant: [
      edit(
        SIGNATURE,
        'const parameters = signParameters(',
        'if (signature.length === SIGNATURE_BYTES) return true; const parameters = signParameters(',
      ),
    ],
  },
  {
    id: 'U10',
    says: 'a right signature in another form, DER (Wycheproof has every other form)',
    code: 'ERR_TRUST_SIGNATURE',
    async play(scene) {
      const right = await publish(scene, { says: 'honest' });
      const [signature] = wireOf(fileOf(right, CHANNEL)).signatures;
      const sig = derOf(Buffer.from(signature?.sig ?? '', 'base64')).toString('base64');
      const evil = rewire(fileOf(right, CHANNEL), { signatures: [{ ...signature, sig }] });
      return { attack: visit(withFiles(right, { [CHANNEL]: evil })), control: visit(right) };
    },
    mutant: [
      edit(
        SIGNATURE,
        'if (signature.length !== SIGNATURE_BYTES) return false;',
        'if (signature.length !== SIGNATURE_BYTES) return true;',
      ),
    ],
  },
  {
    id: 'U11',
    says: 'an envelope that says it needs no algorithm',
    code: 'ERR_ENVELOPE',
    async play(scene) {
      const evil = await publish(scene, { says: 'evil', keys: scene.thief });
      const none = (key: string, { keyid }: { readonly keyid: string }): Uint8Array =>
        rewire(fileOf(evil, key), { signatures: [{ keyid, sig: '', alg: 'none' }] });
      const release = releaseKey(evil.layout.releaseDigest);
      const files = { [CHANNEL]: none(CHANNEL, scene.keys.channel), [release]: none(release, scene.keys.release) };
      return { attack: visit(withFiles(evil, files)), control: visit(await publish(scene, { says: 'honest' })) };
    },
    mutant: [
      edit('manifest/src/trust/envelope.ts', 'if (!equalBytes(writeWire(wire), bytes)) {', 'if (false) {'),
      edit(OPEN, SIGNATURE_CHECK, 'if (signature.length > 0 && !(await verifySignature(key, message, signature))) {'),
    ],
  },
  {
    id: 'U12',
    says: 'two signatures by one of two keys, the second under the id of the other',
    code: 'ERR_TRUST_SIGNATURE',
    async play(scene) {
      const [mine, other] = [scene.keys.channel, scene.fresh.channel];
      const two = rolesWith(scene.keys, 'channel', [mine, other], 2);
      const chain = [scene.root, await nextRoot(scene.keys, 2, [scene.keys.root], two)];
      const content = await publish(scene, { says: 'honest', chain });
      const right = await withChannel(scene, content, {}, [mine, other]);
      const [first, second] = wireOf(fileOf(right, CHANNEL)).signatures;
      const own = first?.keyid === mine.keyid ? first : second;
      const signatures = [mine, other].map(({ keyid }) => ({ keyid, sig: own?.sig }));
      const evil = rewire(fileOf(right, CHANNEL), { signatures });
      return { attack: visit(withFiles(right, { [CHANNEL]: evil })), control: visit(right) };
    },
    mutant: [
      edit(
        OPEN,
        SIGNATURE_CHECK,
        'if (!(await Promise.all([...keys.values()].map((any) => verifySignature(any, message, signature)))).includes(true)) {',
      ),
    ],
  },
];

/** r and s as DER writes them: a sequence of two integers, each with a zero in front where its first bit is set. */
function derOf(signature: Buffer): Buffer {
  const integers = [signature.subarray(0, 32), signature.subarray(32)].map((half) => {
    const first = half.findIndex((byte) => byte !== 0);
    const digits = half.subarray(first);
    const padded = (digits[0] ?? 0) > 127 ? Buffer.concat([Buffer.of(0), digits]) : digits;
    return Buffer.concat([Buffer.of(2, padded.length), padded]);
  });
  const body = Buffer.concat(integers);
  return Buffer.concat([Buffer.of(0x30, body.length), body]);
}
