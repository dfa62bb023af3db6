import type { Digest } from '../digest.js';
import { isLadingError, type Problem } from '../lading-error.js';
import {
  archiveKey,
  type Channel,
  createRoot,
  generateSigningKey,
  type KeyAlgorithm,
  type Release,
  type ReleaseArchive,
  type Role,
  type Root,
  releaseKey,
  type SignedDocument,
  type SigningKey,
  signChannel,
  signRelease,
  signRoot,
  type TrustedRoot,
  trustRoot,
} from './index.js';

/** The time at which tests verify. */
export const NOW: Date = new Date('2026-11-21T12:00:00Z');

/** A digest that is well-formed and of nothing. */
export function madeUpDigest(seed: number): Digest {
  return `sha256:${seed.toString(16).padStart(64, '0')}`;
}

/** A new key. */
export async function newKey(algorithm: KeyAlgorithm = 'ES256'): Promise<SigningKey> {
  return (await generateSigningKey({ algorithm })).key;
}

/** One key for each role. */
export type Keyring = Readonly<Record<Role, SigningKey>>;

export async function newKeyring(algorithm: KeyAlgorithm = 'ES256'): Promise<Keyring> {
  const [root, release, channel] = await Promise.all([newKey(algorithm), newKey(algorithm), newKey(algorithm)]);
  return { root, release, channel };
}

/** A root document for a keyring. */
export function rootOf(keys: Keyring, over: { version?: number; expiresAt?: string } = {}): Root {
  return createRoot({
    version: over.version ?? 1,
    expiresAt: over.expiresAt ?? '2036-01-01T00:00:00Z',
    keys: { root: [keys.root], release: [keys.release], channel: [keys.channel] },
  });
}

/** A trusted root for a keyring. */
export async function trustedRootOf(
  keys: Keyring,
  over: { version?: number; expiresAt?: string } = {},
): Promise<TrustedRoot> {
  return trustRoot((await signRoot(rootOf(keys, over), [keys.root])).bytes);
}

/** One archive of a release. */
export function archiveOf(name: string, over: Partial<ReleaseArchive> = {}): ReleaseArchive {
  const digest = over.digest ?? madeUpDigest(7);
  const directory = { offset: 900, sizeBytes: 100, digest: madeUpDigest(8) };
  const rest = { sizeBytes: 1_000, directory, entries: 3, priority: 0, encoder: 'store' };
  return { name, key: archiveKey(name, digest), digest, ...rest, ...over };
}

/** A release of two archives, of which each of two roots needs some. */
export function releaseOf(over: Partial<Release> = {}): Release {
  return {
    format: 'lading.release/1',
    project: 'my-game',
    version: '1.4.0',
    sequence: 4,
    createdAt: '2026-11-20T00:00:00Z',
    compat: { app: '^1.4.0', engines: ['1.11.2'] },
    roots: {
      '/levels/1.collectionproxyc': { archives: ['shared-3fa2', 'level-1'], meta: { title: 'Höhle' } },
      '/levels/2.collectionproxyc': { archives: ['shared-3fa2'] },
    },
    archives: [
      archiveOf('level-1', { priority: 20, variant: 'hd', meta: { from: '2026-12-01' } }),
      archiveOf('shared-3fa2'),
    ],
    ...over,
  };
}

/** A channel that points at a signed release. */
export function channelOf(release: SignedDocument, over: Partial<Channel> = {}): Channel {
  const { digest, sizeBytes } = release;
  return {
    format: 'lading.channel/1',
    project: 'my-game',
    name: 'stable',
    sequence: 5,
    expiresAt: '2026-11-28T00:00:00Z',
    root: 1,
    release: { key: releaseKey(digest), digest, sizeBytes, sequence: 4 },
    ...over,
  };
}

/** A project with everything signed. */
export interface Project {
  readonly keys: Keyring;
  readonly trusted: TrustedRoot;
  readonly release: SignedDocument;
  readonly channel: SignedDocument;
}

export async function newProject(algorithm: KeyAlgorithm = 'ES256'): Promise<Project> {
  const keys = await newKeyring(algorithm);
  const trusted = await trustedRootOf(keys);
  const release = await signRelease(releaseOf(), [keys.release]);
  const channel = await signChannel(channelOf(release), [keys.channel]);
  return { keys, trusted, release, channel };
}

/** An envelope as an attacker writes it: any JSON, whether canonical or not. */
export function forge(envelope: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(envelope));
}

/** The JSON of an envelope, to be tampered with. */
export function wireOf(envelope: Uint8Array): {
  payloadType: string;
  payload: string;
  signatures: { keyid: string; sig: string }[];
} {
  return JSON.parse(new TextDecoder().decode(envelope));
}

/** The code that a call fails with, or `accepted`. */
export async function outcome(call: () => unknown): Promise<string> {
  try {
    await call();
    return 'accepted';
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}

/** A value as JSON bytes. */
export const encode = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

/** The problems that a call reports. */
export function problemsOf(call: () => unknown): readonly Problem[] {
  try {
    call();
    return [];
  } catch (error) {
    if (!isLadingError(error, 'ERR_DOCUMENT')) throw error;
    return error.details.problems as unknown as readonly Problem[];
  }
}
