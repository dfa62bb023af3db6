import { subtleCrypto } from '../digest.js';
import { bytesToHex } from '../hex.js';
import { type DefoldManifest, type DefoldResource, RESOURCE_EXCLUDED } from './defold-manifest.js';
import { hashResourcePath } from './path-hash.js';
import { byUrlHash, serializeDefoldManifestData } from './serialize-manifest.js';

/** A resource of a manifest that is made from nothing. */
export interface NewDefoldResource {
  /** The path; its hash is computed. */
  readonly url: string;
  /** SHA-1 of the stored payload, hex. */
  readonly hexDigest: string;
  readonly sizeBytes: number;
  /** Default `undefined`: not compressed. */
  readonly compressedSizeBytes?: number | undefined;
  /** Default {@link RESOURCE_EXCLUDED}. */
  readonly flags?: number | undefined;
  /** Paths, or url hashes. Default none. */
  readonly dependants?: readonly (string | bigint)[] | undefined;
}

/** What {@link createDefoldManifest} makes a manifest of. */
export interface NewDefoldManifest {
  /** `project.title` of game.project. */
  readonly projectTitle: string;
  /** Version strings in the order they are written: `['', '1.11.2']` as Bob does. */
  readonly engineVersions: readonly string[];
  readonly resources: readonly NewDefoldResource[];
  /** MD5 of a base archive's index. Default none. */
  readonly archiveIdentifier?: Uint8Array | undefined;
  /** Default none: the field is absent, as before Defold 1.12.4. */
  readonly hasExcludedResources?: boolean | undefined;
  /** Leaves the paths out, as release builds do. Default false. */
  readonly omitUrls?: boolean | undefined;
}

/**
 * Makes a version 5 manifest as Bob would, unsigned, its resources sorted.
 *
 * @throws ManifestError `ERR_MANIFEST` for what the format cannot hold, `ERR_NO_WEBCRYPTO`.
 * @example
 * const manifest = await createDefoldManifest({
 *   projectTitle: 'T',
 *   engineVersions: ['', '1.11.2'],
 *   resources: [{ url: '/a.txt', hexDigest: 'aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d', sizeBytes: 5 }],
 * });
 * serializeDefoldManifest(manifest).length; // → 145
 */
export async function createDefoldManifest(options: NewDefoldManifest): Promise<DefoldManifest> {
  const header = {
    resourceHashAlgorithm: 'SHA-1',
    signatureHashAlgorithm: 'SHA-256',
    signatureSignAlgorithm: 'RSA',
    projectIdentifier: await sha1Hex(options.projectTitle),
  } as const;
  const content = {
    header,
    engineVersions: await Promise.all(options.engineVersions.map(sha1Hex)),
    hasExcludedResources: options.hasExcludedResources,
    resources: options.resources.map((resource) => makeResource(resource, options.omitUrls ?? false)).sort(byUrlHash),
  };
  return {
    version: 5,
    data: serializeDefoldManifestData(content),
    signature: new Uint8Array(),
    archiveIdentifier: options.archiveIdentifier,
    ...content,
  };
}

function makeResource(resource: NewDefoldResource, omitUrl: boolean): DefoldResource {
  const { url, hexDigest, sizeBytes, compressedSizeBytes, flags = RESOURCE_EXCLUDED, dependants = [] } = resource;
  return {
    urlHash: hashResourcePath(url),
    url: omitUrl ? '' : url,
    hexDigest,
    sizeBytes,
    compressedSizeBytes,
    flags,
    dependants: dependants.map((path) => (typeof path === 'string' ? hashResourcePath(path) : path)),
  };
}

async function sha1Hex(text: string): Promise<string> {
  return bytesToHex(new Uint8Array(await subtleCrypto().digest('SHA-1', new TextEncoder().encode(text))));
}
