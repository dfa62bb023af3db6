// Over 300 lines: one attack list in one place, in the order and with the numbers of the list it is checked against.
import { beforeAll, describe, expect, it } from 'vitest';
import { digestOf } from '../digest.js';
import {
  addSignatures,
  appSatisfies,
  createRoot,
  MAX_CHANNEL_BYTES,
  MAX_ROOT_BYTES,
  openEnvelope,
  PAYLOAD_TYPES,
  type Release,
  rotatedRoles,
  type SignedDocument,
  type SigningKey,
  sealEnvelope,
  signChannel,
  signRelease,
  signRoot,
  type TrustedRoot,
  trustRoot,
  updateRoot,
  type VerifyChannelOptions,
  verifyChannel,
  verifyRelease,
} from './index.js';
import {
  archiveOf,
  channelOf,
  forge,
  NOW,
  newKey,
  newKeyring,
  newProject,
  outcome,
  type Project,
  releaseOf,
  rootOf,
  trustedRootOf,
  wireOf,
} from './trust.fixture.js';

/** Order of the P-256 group (SEC 2, section 2.4.2). */
const P256_ORDER = 'ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551';

let project: Project;
let mallory: SigningKey;

beforeAll(async () => {
  project = await newProject();
  mallory = await newKey();
});

/** What a client says of a channel. */
function asChannel(
  bytes: Uint8Array,
  over: Partial<VerifyChannelOptions> = {},
  trusted = project.trusted,
): Promise<string> {
  return outcome(() => verifyChannel(bytes, trusted, { now: NOW, project: 'my-game', name: 'stable', ...over }));
}

/** What a client says of a release, by the pointer to the signed one. */
function asRelease(
  bytes: Uint8Array,
  pointer: SignedDocument = project.release,
  trusted = project.trusted,
): Promise<string> {
  const { digest, sizeBytes } = pointer;
  return outcome(() => verifyRelease(bytes, trusted, { digest, sizeBytes, sequence: 4, project: 'my-game' }));
}

const asRoot = (bytes: Uint8Array): Promise<string> => outcome(() => trustRoot(bytes));
const asNextRoot = (trusted: TrustedRoot, bytes: Uint8Array): Promise<string> =>
  outcome(() => updateRoot(trusted, bytes));

describe('arbitrary install', () => {
  it('accepts what the attacks below start from', async () => {
    expect(await asChannel(project.channel.bytes)).toBe('accepted');
    expect(await asRelease(project.release.bytes)).toBe('accepted');
    expect(await asRoot(project.trusted.bytes)).toBe('accepted');
  });

  it('U01-03: refuses a channel, a release and a root without signatures', async () => {
    const unsigned = (bytes: Uint8Array): Uint8Array => forge({ ...wireOf(bytes), signatures: [] });
    expect(await asChannel(unsigned(project.channel.bytes))).toBe('ERR_TRUST_SIGNATURE');
    expect(await asRelease(unsigned(project.release.bytes))).toBe('ERR_TRUST_SIGNATURE');
    expect(await asRoot(unsigned(project.trusted.bytes))).toBe('ERR_TRUST_SIGNATURE');
  });

  it('U04: refuses documents signed by a key that no root names', async () => {
    const { channel, release } = project;
    expect(await asChannel(await sealEnvelope(PAYLOAD_TYPES.channel, channel.payload, [mallory]))).toBe(
      'ERR_TRUST_SIGNATURE',
    );
    expect(await asRelease(await sealEnvelope(PAYLOAD_TYPES.release, release.payload, [mallory]))).toBe(
      'ERR_TRUST_SIGNATURE',
    );
    expect(await asRoot((await signRoot(rootOf(project.keys), [mallory])).bytes)).toBe('ERR_TRUST_SIGNATURE');
  });

  it('U05: refuses a channel that the release key signed', async () => {
    const { payload } = project.channel;
    expect(await asChannel(await sealEnvelope(PAYLOAD_TYPES.channel, payload, [project.keys.channel]))).toBe(
      'accepted',
    );
    expect(await asChannel(await sealEnvelope(PAYLOAD_TYPES.channel, payload, [project.keys.release]))).toBe(
      'ERR_TRUST_SIGNATURE',
    );
    expect(await asChannel(await sealEnvelope(PAYLOAD_TYPES.channel, payload, [project.keys.root]))).toBe(
      'ERR_TRUST_SIGNATURE',
    );
  });

  it('U06: refuses a release that the channel key signed', async () => {
    const { payload } = project.release;
    expect(await asRelease(await sealEnvelope(PAYLOAD_TYPES.release, payload, [project.keys.release]))).toBe(
      'accepted',
    );
    expect(await asRelease(await sealEnvelope(PAYLOAD_TYPES.release, payload, [project.keys.channel]))).toBe(
      'ERR_TRUST_SIGNATURE',
    );
  });

  it('U07: refuses a release that is replayed as a channel, even where one key may sign both', async () => {
    const keys = { ...project.keys, channel: project.keys.release };
    const trusted = await trustedRootOf(keys);
    const { release, channel } = project;
    const own = await sealEnvelope(PAYLOAD_TYPES.channel, channel.payload, [keys.channel]);
    expect(await asChannel(own, {}, trusted)).toBe('accepted');
    expect(await asChannel(release.bytes, {}, trusted)).toBe('ERR_TRUST_TYPE');
    const relabelled = forge({ ...wireOf(release.bytes), payloadType: PAYLOAD_TYPES.channel });
    expect(await asChannel(relabelled, {}, trusted)).toBe('ERR_TRUST_SIGNATURE');
    const payloadOfChannel = await sealEnvelope(PAYLOAD_TYPES.release, channel.payload, [keys.release]);
    expect(await asChannel(payloadOfChannel, {}, trusted)).toBe('ERR_TRUST_TYPE');
  });

  it('U08: refuses every payload of which one bit is flipped', async () => {
    const wire = wireOf(project.channel.bytes);
    const payload = Buffer.from(wire.payload, 'base64');
    const outcomes = new Set<string>();
    for (let bit = 0; bit < payload.length * 8; bit++) {
      const flipped = Buffer.from(payload);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      outcomes.add(await asChannel(forge({ ...wire, payload: flipped.toString('base64') })));
    }
    expect([...outcomes]).toEqual(['ERR_TRUST_SIGNATURE']);
  });

  it('U09: refuses every signature of which one bit is flipped', async () => {
    const wire = wireOf(project.channel.bytes);
    const [signed] = wire.signatures;
    const outcomes = new Set<string>();
    for (let bit = 0; bit < 512; bit++) {
      const sig = Buffer.from(signed?.sig ?? '', 'base64');
      sig[bit >> 3] = (sig[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const signatures = [{ keyid: signed?.keyid, sig: sig.toString('base64') }];
      outcomes.add(await asChannel(forge({ ...wire, signatures })));
    }
    expect([...outcomes]).toEqual(['ERR_TRUST_SIGNATURE']);
  });

  it('U10: refuses a signature in DER, of a wrong length, and with r or s out of range', async () => {
    const wire = wireOf(project.channel.bytes);
    const right = Buffer.from(wire.signatures[0]?.sig ?? '', 'base64').toString('hex');
    const [r, s] = [right.slice(0, 64), right.slice(64)];
    const zero = '0'.repeat(64);
    const der = `3044022${Number.parseInt(r[0] ?? '', 16) > 7 ? '100' : '0'}${r}0220${s}`;
    const wrong = [der, `${right}00`, right.slice(2), '', `00${right}`, zero + s, r + zero, zero + zero];
    wrong.push(P256_ORDER + s, r + P256_ORDER, 'f'.repeat(64) + s, r + 'f'.repeat(64));
    const withSignature = (hex: string): Uint8Array => {
      const sig = Buffer.from(hex, 'hex').toString('base64');
      return forge({ ...wire, signatures: [{ keyid: project.keys.channel.keyid, sig }] });
    };
    expect(await asChannel(withSignature(right))).toBe('accepted');
    for (const hex of wrong) expect(await asChannel(withSignature(hex))).toBe('ERR_TRUST_SIGNATURE');
  });

  it('U11: refuses an envelope that names an algorithm, wherever it does', async () => {
    const wire = wireOf(project.channel.bytes);
    expect(await asChannel(forge(wire))).toBe('accepted');
    expect(await asChannel(forge({ ...wire, alg: 'none' }))).toBe('ERR_ENVELOPE');
    const signatures = wire.signatures.map((signature) => ({ ...signature, alg: 'none' }));
    expect(await asChannel(forge({ ...wire, signatures }))).toBe('ERR_ENVELOPE');
    expect(await asChannel(forge({ ...wire, signatures: [{ keyid: 'none', sig: '' }] }))).toBe('ERR_ENVELOPE');
  });

  it('U12: refuses a signature under the id of another key', async () => {
    const wire = wireOf(await sealEnvelope(PAYLOAD_TYPES.channel, project.channel.payload, [mallory]));
    const signatures = [{ keyid: project.keys.channel.keyid, sig: wire.signatures[0]?.sig }];
    expect(await asChannel(forge({ ...wire, signatures }))).toBe('ERR_TRUST_SIGNATURE');
  });
});

describe('thresholds', () => {
  let first: SigningKey;
  let second: SigningKey;
  let trusted: TrustedRoot;

  beforeAll(async () => {
    [first, second] = [await newKey(), await newKey('Ed25519')];
    const { root, release } = project.keys;
    const keys = { root: [root], release: [release], channel: [first, second] };
    const two = createRoot({ version: 1, expiresAt: '2036-01-01T00:00:00Z', keys, thresholds: { channel: 2 } });
    trusted = await trustRoot((await signRoot(two, [root])).bytes);
  });

  it('U17: refuses one signature of two, and takes the second from other hands', async () => {
    const one = await sealEnvelope(PAYLOAD_TYPES.channel, project.channel.payload, [first]);
    expect(await asChannel(one, {}, trusted)).toBe('ERR_TRUST_SIGNATURE');
    expect(await asChannel(await addSignatures(one, [mallory]), {}, trusted)).toBe('ERR_TRUST_SIGNATURE');
    expect(await asChannel(await addSignatures(one, [second]), {}, trusted)).toBe('accepted');
  });

  it('U18: refuses one signature that stands twice', async () => {
    const wire = wireOf(await sealEnvelope(PAYLOAD_TYPES.channel, project.channel.payload, [first]));
    const [signature] = wire.signatures;
    expect(await asChannel(forge({ ...wire, signatures: [signature, signature] }), {}, trusted)).toBe('ERR_ENVELOPE');
    const other = wireOf(await sealEnvelope(PAYLOAD_TYPES.channel, project.channel.payload, [first])).signatures[0];
    expect(await asChannel(forge({ ...wire, signatures: [signature, other] }), {}, trusted)).toBe('ERR_ENVELOPE');
  });

  it('U19: refuses one key under two ids, in a root and in a list of keys', async () => {
    const { root } = project.keys;
    const document = rootOf(project.keys);
    const alias = 'ab'.repeat(32);
    const copy = document.keys[project.keys.channel.keyid];
    if (copy === undefined) throw new Error('the fixture has a channel key');
    const aliased = {
      ...document,
      keys: { ...document.keys, [alias]: copy },
      roles: { ...document.roles, channel: { keyids: [project.keys.channel.keyid, alias], threshold: 2 } },
    };
    expect(await outcome(() => signRoot(aliased, [root]))).toBe('ERR_DOCUMENT');
    const payload = new TextEncoder().encode(JSON.stringify(aliased));
    expect(await asRoot(await sealEnvelope(PAYLOAD_TYPES.root, payload, [root]))).toBe('ERR_DOCUMENT');

    const bytes = await sealEnvelope(PAYLOAD_TYPES.channel, project.channel.payload, [first, second]);
    const options = { payloadType: PAYLOAD_TYPES.channel, threshold: 2 };
    expect(await outcome(() => openEnvelope(bytes, { ...options, keys: [first, second] }))).toBe('accepted');
    const twice = [first, { ...first, keyid: alias }];
    expect(await outcome(() => openEnvelope(bytes, { ...options, keys: twice }))).toBe('ERR_TRUST_ROOT');
  });

  it.each([
    ['U20', 0],
    ['U21', 3],
    ['U21', 17],
  ])('%s: refuses a threshold of %i of two keys, in a root and in a call', async (_, threshold) => {
    const { root, release } = project.keys;
    const keys = { root: [root], release: [release], channel: [first, second] };
    const make = (channel: number): Promise<string> =>
      outcome(() => createRoot({ version: 1, expiresAt: '2036-01-01T00:00:00Z', keys, thresholds: { channel } }));
    expect(await make(2)).toBe('accepted');
    expect(await make(threshold)).toBe('ERR_DOCUMENT');
    const raw = JSON.parse(new TextDecoder().decode((await signRoot(trusted.root, [root])).payload));
    raw.roles.channel.threshold = threshold;
    const forged = await sealEnvelope(PAYLOAD_TYPES.root, forge(raw), [root]);
    expect(await asRoot(forged)).toBe('ERR_DOCUMENT');
    const bytes = await sealEnvelope(PAYLOAD_TYPES.channel, project.channel.payload, [first, second]);
    const options = { payloadType: PAYLOAD_TYPES.channel, keys: [first, second] };
    expect(await outcome(() => openEnvelope(bytes, { ...options, threshold }))).toBe('ERR_TRUST_ROOT');
  });
});

describe('rollback', () => {
  it('U22, U26, U27: refuses a channel below what was seen, stored or shipped', async () => {
    expect(await asChannel(project.channel.bytes, { floor: { sequence: 4 } })).toBe('accepted');
    expect(await asChannel(project.channel.bytes, { floor: { sequence: 5 } })).toBe('accepted');
    expect(await asChannel(project.channel.bytes, { floor: { sequence: 6 } })).toBe('ERR_TRUST_ROLLBACK');
  });

  it('refuses everything below a floor that is no number, as broken storage may give', async () => {
    expect(await asChannel(project.channel.bytes, { floor: { sequence: Number.NaN } })).toBe('ERR_TRUST_ROLLBACK');
  });

  it('U23: refuses another channel with the same sequence', async () => {
    const digest = project.channel.digest;
    const other = await signChannel(channelOf(project.release, { rollout: 50 }), [project.keys.channel]);
    const again = await signChannel(channelOf(project.release), [project.keys.channel]);
    expect(await asChannel(again.bytes, { floor: { sequence: 5, digest } })).toBe('accepted');
    expect(await asChannel(other.bytes, { floor: { sequence: 5, digest } })).toBe('ERR_TRUST_EQUIVOCATION');
    expect(await asChannel(other.bytes, { floor: { sequence: 4, digest } })).toBe('accepted');
  });

  it('U24: refuses a higher channel that points at a lower release', async () => {
    expect(await asChannel(project.channel.bytes, { floor: { sequence: 1, releaseSequence: 4 } })).toBe('accepted');
    expect(await asChannel(project.channel.bytes, { floor: { sequence: 1, releaseSequence: 5 } })).toBe(
      'ERR_TRUST_ROLLBACK',
    );
  });

  it('U25: refuses a root that is older than the trusted one, or the same', async () => {
    const { keys } = project;
    const trusted = await trustedRootOf(keys, { version: 5 });
    const rootWith = async (version: number): Promise<Uint8Array> =>
      (await signRoot(rootOf(keys, { version }), [keys.root])).bytes;
    expect(await asNextRoot(trusted, await rootWith(6))).toBe('accepted');
    expect(await asNextRoot(trusted, await rootWith(5))).toBe('ERR_TRUST_ROLLBACK');
    expect(await asNextRoot(trusted, await rootWith(4))).toBe('ERR_TRUST_ROLLBACK');
  });
});

describe('fast-forward', () => {
  it('U28: a channel at 2^53 - 1 by a stolen key is recovered from by a root that changes the key', async () => {
    const { keys, trusted, release } = project;
    const last = Number.MAX_SAFE_INTEGER;
    const stolen = await signChannel(channelOf(release, { sequence: last }), [keys.channel]);
    expect(await asChannel(stolen.bytes, { floor: { sequence: 5 } })).toBe('accepted');

    const rotated = { ...keys, channel: await newKey() };
    const next = await updateRoot(trusted, (await signRoot(rootOf(rotated, { version: 2 }), [keys.root])).bytes);
    const healed = await signChannel(channelOf(release, { sequence: 6, root: 2 }), [rotated.channel]);
    expect(await asChannel(healed.bytes, { floor: { sequence: last } }, next)).toBe('ERR_TRUST_ROLLBACK');
    expect(rotatedRoles(trusted.root, next.root)).toEqual(['channel']);
    expect(await asChannel(healed.bytes, { floor: { sequence: 5 } }, next)).toBe('accepted');
    expect(await asChannel(stolen.bytes, {}, next)).toBe('ERR_TRUST_SIGNATURE');
  });

  it('U29: refuses sequences that are no whole number from 1 to 2^53 - 1', async () => {
    const raw = JSON.parse(new TextDecoder().decode(project.channel.payload));
    const withSequence = async (text: string): Promise<Uint8Array> => {
      const json = JSON.stringify({ ...raw, sequence: 'HERE' }).replace('"HERE"', text);
      return sealEnvelope(PAYLOAD_TYPES.channel, new TextEncoder().encode(json), [project.keys.channel]);
    };
    expect(await asChannel(await withSequence('9007199254740991'))).toBe('accepted');
    for (const text of ['9007199254740992', '9007199254740993', '1e300', '0', '-1', '1.5', '"5"', 'null', '[5]']) {
      expect(await asChannel(await withSequence(text))).toBe('ERR_DOCUMENT');
    }
  });
});

describe('freeze', () => {
  it('U30: reports a channel that has expired, to the second', async () => {
    const at = async (time: string): Promise<boolean> =>
      (await verifyChannel(project.channel.bytes, project.trusted, { now: new Date(time) })).isExpired;
    expect(await at('2026-11-27T23:59:59.999Z')).toBe(false);
    expect(await at('2026-11-28T00:00:00Z')).toBe(true);
    expect(await at('2036-01-01T00:00:00Z').catch((error) => error.code)).toBe('ERR_TRUST_EXPIRED');
  });

  it('U31: refuses every channel once the newest root has expired, not for the expiry of one before', async () => {
    const { keys, channel } = project;
    const first = await trustedRootOf(keys, { expiresAt: '2026-01-01T00:00:00Z' });
    expect(await asChannel(channel.bytes, {}, first)).toBe('ERR_TRUST_EXPIRED');
    const next = await updateRoot(first, (await signRoot(rootOf(keys, { version: 2 }), [keys.root])).bytes);
    expect(await asChannel(channel.bytes, {}, next)).toBe('accepted');
  });

  it('counts a clock that is no time as past everything', async () => {
    expect(await asChannel(project.channel.bytes, { now: new Date(Number.NaN) })).toBe('ERR_TRUST_EXPIRED');
  });
});

describe('endless data', () => {
  it('U36-39: refuses documents above their limits before it decodes them', async () => {
    const tooLong = (size: number): Uint8Array => new Uint8Array(size + 1).fill(0x20);
    expect(await asRoot(tooLong(MAX_ROOT_BYTES))).toBe('ERR_TOO_LARGE');
    expect(await asChannel(tooLong(MAX_CHANNEL_BYTES))).toBe('ERR_TOO_LARGE');
    expect(await asRelease(tooLong(project.release.sizeBytes * 2 + 4_000))).toBe('ERR_TOO_LARGE');
  });
});

describe('mix-and-match', () => {
  it('U42: refuses a release that is signed but not the one the channel points at', async () => {
    const other = await signRelease(releaseOf({ version: '1.3.9' }), [project.keys.release]);
    expect(other.sizeBytes).toBe(project.release.sizeBytes);
    expect(await asRelease(other.bytes, other)).toBe('accepted');
    expect(await asRelease(other.bytes, project.release)).toBe('ERR_TRUST_DIGEST');
    const longer = await signRelease(releaseOf({ version: '1.3.10' }), [project.keys.release]);
    expect(await asRelease(longer.bytes, project.release)).toBe('ERR_TRUST_DIGEST');
    const misstated = { ...project.release, sizeBytes: project.release.sizeBytes + 1 };
    expect(await asRelease(project.release.bytes, misstated)).toBe('ERR_TRUST_DIGEST');
    const renumbered = await signRelease(releaseOf({ sequence: 3 }), [project.keys.release]);
    expect(await asRelease(renumbered.bytes, renumbered)).toBe('ERR_TRUST_MISMATCH');
  });
});

describe('wrong software', () => {
  it('U46: refuses the channel and the release of another project', async () => {
    const { keys } = project;
    const release = await signRelease(releaseOf({ project: 'other-game' }), [keys.release]);
    const channel = await signChannel(channelOf(release, { project: 'other-game' }), [keys.channel]);
    expect(await asChannel(channel.bytes, { project: 'other-game' })).toBe('accepted');
    expect(await asChannel(channel.bytes, { project: undefined })).toBe('accepted');
    expect(await asChannel(channel.bytes)).toBe('ERR_TRUST_MISMATCH');
    expect(await asRelease(release.bytes, release)).toBe('ERR_TRUST_MISMATCH');
  });

  it('U47: refuses another channel of the project', async () => {
    const beta = await signChannel(channelOf(project.release, { name: 'beta' }), [project.keys.channel]);
    expect(await asChannel(beta.bytes, { name: 'beta' })).toBe('accepted');
    expect(await asChannel(beta.bytes)).toBe('ERR_TRUST_MISMATCH');
  });

  it('U48: finds an app out of the range of a release', async () => {
    const { digest, sizeBytes } = project.release;
    const expected = { digest, sizeBytes, sequence: 4, project: 'my-game' };
    const { compat } = await verifyRelease(project.release.bytes, project.trusted, expected);
    expect(appSatisfies(compat.app ?? '*', '1.9.0')).toBe(true);
    expect(appSatisfies(compat.app ?? '*', '2.0.0')).toBe(false);
  });

  it('U49: refuses a format that it does not know', async () => {
    const raw = JSON.parse(new TextDecoder().decode(project.release.payload));
    const sealed = async (format: string): Promise<string> => {
      const payload = forge({ ...raw, format });
      const bytes = await sealEnvelope(PAYLOAD_TYPES.release, payload, [project.keys.release]);
      const digest = await digestOf(payload);
      return asRelease(bytes, { bytes, payload, digest, sizeBytes: payload.length });
    };
    expect(await sealed('lading.release/1')).toBe('accepted');
    expect(await sealed('lading.release/2')).toBe('ERR_DOCUMENT');
  });

  it('U50: refuses a release in which a path or a key leaves its place', async () => {
    const sign = (over: Partial<Release>): Promise<string> =>
      outcome(() => signRelease(releaseOf(over), [project.keys.release]));
    const withKey = (key: string): Promise<string> =>
      sign({ roots: {}, archives: [archiveOf('level-1'), archiveOf('level-2', { key })] });
    expect(await withKey(archiveOf('level-2').key)).toBe('accepted');
    const keys = [
      '../level-2.zip',
      '/etc/passwd',
      'https://evil.example/x.zip',
      'archives/../x.zip',
      archiveOf('level-1').key,
    ];
    for (const key of keys) expect(await withKey(key)).toBe('ERR_DOCUMENT');
    for (const path of ['/../x', '/a/./b', 'a', '/a//b', '/C:/x', '/a\\b', '/a\u0000']) {
      expect(await sign({ roots: { [path]: { archives: [] } } })).toBe('ERR_DOCUMENT');
    }
  });
});

describe('key rotation', () => {
  it('U53, U54: refuses a next root that only the new keys or only the old keys signed', async () => {
    const { keys, trusted } = project;
    const fresh = await newKeyring();
    const next = rootOf(fresh, { version: 2 });
    expect(await asNextRoot(trusted, (await signRoot(next, [keys.root, fresh.root])).bytes)).toBe('accepted');
    expect(await asNextRoot(trusted, (await signRoot(next, [fresh.root])).bytes)).toBe('ERR_TRUST_SIGNATURE');
    expect(await asNextRoot(trusted, (await signRoot(next, [keys.root])).bytes)).toBe('ERR_TRUST_SIGNATURE');
  });

  it('U55, U58: refuses a root that skips a version, or is not the version its file name says', async () => {
    const { keys, trusted } = project;
    const withVersion = async (version: number): Promise<Uint8Array> =>
      (await signRoot(rootOf(keys, { version }), [keys.root])).bytes;
    expect(await asNextRoot(trusted, await withVersion(2))).toBe('accepted');
    expect(await asNextRoot(trusted, await withVersion(3))).toBe('ERR_TRUST_ROOT');
  });

  it('U56: refuses a release by the old key after the rotation', async () => {
    const { keys, trusted, release } = project;
    const rotated = { ...keys, release: await newKey() };
    const next = await updateRoot(trusted, (await signRoot(rootOf(rotated, { version: 2 }), [keys.root])).bytes);
    expect(await asRelease(release.bytes, release, trusted)).toBe('accepted');
    expect(await asRelease(release.bytes, release, next)).toBe('ERR_TRUST_SIGNATURE');
    const resigned = await addSignatures(release.bytes, [rotated.release]);
    expect(await asRelease(resigned, release, next)).toBe('accepted');
    expect(await asRelease(resigned, release, trusted)).toBe('accepted');
  });

  it('U57: goes a chain of three roots one at a time, each with other keys', async () => {
    const rings = [project.keys, await newKeyring(), await newKeyring('Ed25519')] as const;
    const second = await signRoot(rootOf(rings[1], { version: 2 }), [rings[0].root, rings[1].root]);
    const third = await signRoot(rootOf(rings[2], { version: 3 }), [rings[1].root, rings[2].root]);
    const atSecond = await updateRoot(project.trusted, second.bytes);
    const atThird = await updateRoot(atSecond, third.bytes);
    expect(atThird.root.version).toBe(3);
    expect(await asNextRoot(project.trusted, third.bytes)).toBe('ERR_TRUST_SIGNATURE');
    expect((await trustRoot(atThird.bytes)).root).toEqual(atThird.root);
  });

  it('sends a client whose root is old to the next root', async () => {
    const ahead = await signChannel(channelOf(project.release, { root: 2 }), [project.keys.channel]);
    expect(await asChannel(ahead.bytes)).toBe('ERR_TRUST_ROOT');
    const atTwo = await updateRoot(
      project.trusted,
      (await signRoot(rootOf(project.keys, { version: 2 }), [project.keys.root])).bytes,
    );
    expect(await asChannel(ahead.bytes, {}, atTwo)).toBe('accepted');
    expect(await asChannel(project.channel.bytes, {}, atTwo)).toBe('accepted');
  });
});
