import {
  type Channel,
  digestOf,
  isLadingError,
  type JsonObject,
  openEnvelope,
  PAYLOAD_TYPES,
  type Problem,
  type PublicKey,
  parseChannel,
  parseRelease,
  type Release,
  type Role,
  type Root,
  readEnvelope,
  roleKeys,
  type TrustedRoot,
  trustRoot,
} from '@lading/manifest';
import { formatBytes } from '../output/byte-size.js';
import type { Inspection, InspectionTable } from './inspection.js';

/** Looks into a signed document; checks its signatures against a root where one is given. */
export async function inspectEnvelope(bytes: Uint8Array, trusted: TrustedRoot | undefined): Promise<Inspection> {
  const envelope = readEnvelope(bytes);
  const role = (Object.keys(PAYLOAD_TYPES) as Role[]).find((name) => PAYLOAD_TYPES[name] === envelope.payloadType);
  const common = {
    payloadType: envelope.payloadType,
    keyids: envelope.keyids,
    digest: await digestOf(envelope.payload),
  };
  switch (role) {
    case 'root':
      return inspectRoot((await trustRoot(bytes)).root, common);
    case 'channel':
      return channelInspection(
        parseChannel(envelope.payload),
        common,
        await checkSignatures(bytes, 'channel', trusted),
      );
    case 'release':
      return releaseInspection(
        parseRelease(envelope.payload),
        common,
        await checkSignatures(bytes, 'release', trusted),
      );
    default:
      return {
        kind: 'envelope',
        facts: [
          ['payload type', envelope.payloadType],
          ['signatures', envelope.keyids.length],
        ],
        problems: [{ path: '/payloadType', problem: 'is none that Lading knows' }],
        json: { ...common, document: envelope.document },
      };
  }
}

interface SignatureCheck {
  readonly text: string;
  readonly state: 'valid' | 'invalid' | 'unchecked';
  readonly problems: readonly Problem[];
}

async function checkSignatures(
  bytes: Uint8Array,
  role: Role,
  trusted: TrustedRoot | undefined,
): Promise<SignatureCheck> {
  if (trusted === undefined)
    return { text: 'not checked: no root given (--trust FILE)', state: 'unchecked', problems: [] };
  const { keys, threshold }: { keys: readonly PublicKey[]; threshold: number } = await roleKeys(trusted.root, role);
  try {
    await openEnvelope(bytes, { payloadType: PAYLOAD_TYPES[role], keys, threshold });
    return { text: `right, by root ${trusted.root.version}`, state: 'valid', problems: [] };
  } catch (error) {
    if (!isLadingError(error, 'ERR_TRUST_SIGNATURE')) throw error;
    return {
      text: `WRONG, by root ${trusted.root.version}`,
      state: 'invalid',
      problems: [{ path: '/signatures', problem: error.message }],
    };
  }
}

function inspectRoot(root: Root, common: JsonObject): Inspection {
  const rows = Object.entries(root.roles).map(([role, { keyids, threshold }]) => [
    role,
    threshold,
    keyids.map((id) => id.slice(0, 16)).join(', '),
  ]);
  return {
    kind: 'root',
    facts: [
      ['version', root.version],
      ['expires', root.expiresAt],
      ['keys', Object.keys(root.keys).length],
      ['signature', 'right, by its own keys'],
    ],
    tables: [{ title: 'Roles', header: ['role', 'threshold', 'keys'], rows }],
    problems: [],
    json: { ...common, signature: 'valid', document: root as unknown as JsonObject },
  };
}

function channelInspection(channel: Channel, common: JsonObject, check: SignatureCheck): Inspection {
  return {
    kind: 'channel',
    facts: [
      ['project', channel.project],
      ['channel', channel.name],
      ['sequence', channel.sequence],
      ['expires', channel.expiresAt],
      ['root', channel.root],
      [
        'release',
        `${channel.release.key} (sequence ${channel.release.sequence}, ${formatBytes(channel.release.sizeBytes)})`,
      ],
      ['signature', check.text],
    ],
    problems: check.problems,
    json: { ...common, signature: check.state, document: channel as unknown as JsonObject },
  };
}

function releaseInspection(release: Release, common: JsonObject, check: SignatureCheck): Inspection {
  return {
    kind: 'release',
    facts: [
      ['project', release.project],
      ['version', release.version],
      ['sequence', release.sequence],
      ['created', release.createdAt],
      ['app', release.compat.app],
      ['engines', release.compat.engines?.join(', ')],
      [
        'archives',
        `${release.archives.length}, ${formatBytes(release.archives.reduce((sum, a) => sum + a.sizeBytes, 0))}`,
      ],
      ['roots', Object.keys(release.roots).length],
      ['signature', check.text],
    ],
    tables: [archiveTable(release), rootTable(release)],
    problems: check.problems,
    json: { ...common, signature: check.state, document: release as unknown as JsonObject },
  };
}

function archiveTable(release: Release): InspectionTable {
  const rows = release.archives.map((a) => [a.name, a.entries, formatBytes(a.sizeBytes), a.priority, a.encoder, a.key]);
  return { title: 'Archives', header: ['archive', 'entries', 'size', 'priority', 'encoder', 'key'], rows };
}

function rootTable(release: Release): InspectionTable {
  const rows = Object.entries(release.roots).map(([path, root]) => [path, root.archives.join(', ')]);
  return { title: 'Roots', header: ['root', 'archives'], rows };
}
