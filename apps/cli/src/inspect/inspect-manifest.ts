import {
  bytesToHex,
  type DefoldManifest,
  type DefoldResource,
  describeEngineVersions,
  isLadingError,
  type JsonObject,
  type Problem,
  parseDefoldManifest,
  RESOURCE_BUNDLED,
  RESOURCE_COMPRESSED,
  RESOURCE_ENCRYPTED,
  RESOURCE_EXCLUDED,
  verifyDefoldManifestSignature,
} from '@lading/manifest';
import { formatBytes } from '../output/byte-size.js';
import type { Inspection } from './inspection.js';

const FLAGS: readonly (readonly [number, string])[] = [
  [RESOURCE_BUNDLED, 'bundled'],
  [RESOURCE_EXCLUDED, 'excluded'],
  [RESOURCE_ENCRYPTED, 'encrypted'],
  [RESOURCE_COMPRESSED, 'compressed'],
];

/** The public key that a manifest's signature is checked with, and where it was found. */
export interface FoundPublicKey {
  readonly file: string;
  readonly der: Uint8Array;
}

/** Looks into a Defold manifest of any version; checks its signature where a public key is at hand. */
export async function inspectManifest(bytes: Uint8Array, key: FoundPublicKey | undefined): Promise<Inspection> {
  const manifest = parseDefoldManifest(bytes);
  const signature = await checkSignature(manifest, key);
  const problems = [...orderProblems(manifest), ...signature.problems];
  const engines = describeEngineVersions(manifest.engineVersions);
  const counts = flagCounts(manifest);
  return {
    kind: 'defold-manifest',
    facts: [
      ['version', manifest.version],
      ['resources', `${manifest.resources.length}${countsText(counts) === '' ? '' : ` (${countsText(counts)})`}`],
      ['content', contentText(manifest)],
      ['engine versions', engineNames(engines)],
      ['project identifier', manifest.header.projectIdentifier],
      ['digests', manifest.header.resourceHashAlgorithm],
      ['signature', signature.text],
      ['archive identifier', manifest.archiveIdentifier && bytesToHex(manifest.archiveIdentifier)],
    ],
    tables: [resourceTable(manifest)],
    problems,
    json: {
      ...manifestJson(manifest),
      engines: engines.map(({ hash, name }) => ({ hash, name: name ?? null })),
      counts,
      signature: signature.json,
    },
  };
}

/** A manifest as JSON: everything in it, 64-bit numbers as 16 hex digits. */
export function manifestJson(manifest: DefoldManifest): JsonObject {
  return {
    version: manifest.version,
    header: { ...manifest.header },
    engineVersions: manifest.engineVersions,
    archiveIdentifier: manifest.archiveIdentifier === undefined ? null : bytesToHex(manifest.archiveIdentifier),
    hasExcludedResources: manifest.hasExcludedResources ?? null,
    resources: manifest.resources.map((resource) => ({
      path: resource.url === '' ? null : resource.url,
      urlHash: hex64(resource.urlHash),
      hexDigest: resource.hexDigest,
      sizeBytes: resource.sizeBytes,
      compressedSizeBytes: resource.compressedSizeBytes ?? null,
      flags: flagNames(resource),
      dependants: resource.dependants.map(hex64),
    })),
  };
}

/** Before version 5 a manifest states no sizes. */
function contentText({ version, resources }: DefoldManifest): string {
  return version < 5 ? '' : formatBytes(resources.reduce((sum, r) => sum + r.sizeBytes, 0));
}

/** How many resources carry each flag. */
export function flagCounts(manifest: DefoldManifest): Record<string, number> {
  const count = (flag: number): number => manifest.resources.filter((r) => (r.flags & flag) !== 0).length;
  return Object.fromEntries(FLAGS.map(([flag, name]) => [name, count(flag)]));
}

/** Writes {@link flagCounts} for people. */
export function countsText(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${count} ${name}`)
    .join(', ');
}

async function checkSignature(
  manifest: DefoldManifest,
  key: FoundPublicKey | undefined,
): Promise<{ text: string; json: JsonObject; problems: Problem[] }> {
  const sizeBytes = manifest.signature.length;
  if (sizeBytes === 0)
    return { text: 'none (unsigned, as from Defold 1.12.4 on)', json: { state: 'none' }, problems: [] };
  if (key === undefined) {
    return {
      text: `${sizeBytes} bytes, not checked: no public key at hand (--public-key FILE)`,
      json: { state: 'unchecked', sizeBytes },
      problems: [],
    };
  }
  try {
    await verifyDefoldManifestSignature(manifest, key.der);
    return { text: `right, by ${key.file}`, json: { state: 'valid', sizeBytes, publicKey: key.file }, problems: [] };
  } catch (error) {
    if (!isLadingError(error, 'ERR_MANIFEST_SIGNATURE')) throw error;
    return {
      text: `WRONG, by ${key.file}`,
      json: { state: 'invalid', sizeBytes, publicKey: key.file },
      problems: [{ path: '/signature', problem: error.message }],
    };
  }
}

/** The engine finds entries by binary search: from version 5 on the order matters. */
function orderProblems(manifest: DefoldManifest): Problem[] {
  if (manifest.version < 5) return [];
  const at = manifest.resources.findIndex((r, i) => i > 0 && (manifest.resources[i - 1]?.urlHash ?? 0n) > r.urlHash);
  if (at === -1) return [];
  return [
    {
      path: `/resources/${at}/urlHash`,
      problem: 'is smaller than the one before: the engine cannot find dependants in an unsorted manifest',
    },
  ];
}

/** Bob always adds the hash of an empty text, because an unset setting is one: no version anybody runs. */
function engineNames(engines: ReturnType<typeof describeEngineVersions>): string {
  return engines
    .filter(({ name }) => name !== '')
    .map(({ name, hash }) => name ?? hash)
    .join(', ');
}

function resourceTable(manifest: DefoldManifest): { title: string; header: string[]; rows: (string | number)[][] } {
  const rows = manifest.resources.map((r) => [
    r.url === '' ? `#${hex64(r.urlHash)}` : r.url,
    r.hexDigest.slice(0, 12),
    formatBytes(r.sizeBytes),
    r.compressedSizeBytes === undefined ? '' : formatBytes(r.compressedSizeBytes),
    flagNames(r).join(' '),
    r.dependants.length,
  ]);
  return { title: 'Resources', header: ['path', 'digest', 'size', 'compressed', 'flags', 'dependants'], rows };
}

function flagNames(resource: DefoldResource): string[] {
  return FLAGS.filter(([flag]) => (resource.flags & flag) !== 0).map(([, name]) => name);
}

function hex64(value: bigint): string {
  return value.toString(16).padStart(16, '0');
}
