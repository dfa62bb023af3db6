import {
  channelKey,
  type Digest,
  decodeResourcePayload,
  isDigest,
  type Release,
  type ReleaseArchive,
  type ReleasePointer,
  releaseKey,
  type TrustedRoot,
} from '@lading/manifest';
import type { ContentOrigin } from './content-origin.js';
import { type ContentProgress, type ContentReport, FindingList } from './content-report.js';
import { MountError } from './mount-error.js';
import type { DecodeDefoldPayload } from './mounted-content.js';
import { verifyArchive } from './verify-archive.js';
import {
  type DocumentCheck,
  verifyChannelFile,
  verifyHistoryFile,
  verifyReleaseFile,
  verifyRoots,
} from './verify-documents.js';
import { type ArchiveCodecs, WEB_CODECS } from './zip/codecs.js';

/** Options of {@link verifyContent}. */
export interface VerifyContentOptions {
  /** The root to trust: bytes of a signed root document; `'first-use'`: whatever `root/1.json` of the layout is. */
  readonly trust: Uint8Array | 'first-use';
  /** Name of a channel to start from. Default: all channels of a layout that can be listed, else `stable`. */
  readonly channel?: string | undefined;
  /** A release to check without a channel. */
  readonly release?: Digest | undefined;
  /** The time to measure expiry by. Default: now. */
  readonly now?: Date | undefined;
  readonly codecs?: ArchiveCodecs | undefined;
  /** Default: `decodeResourcePayload` of `@lading/manifest`. */
  readonly decodeDefoldPayload?: DecodeDefoldPayload | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: ContentProgress) => void) | undefined;
}

/**
 * Checks a published layout, every byte: roots, channels, releases, archives, members, Defold payloads. Reports all
 * that is wrong, with the file and, in an archive, the member, local header or directory that holds it.
 *
 * Where the origin can list (a folder, memory) all documents that stand there are checked, and a file that no document
 * names is a finding. Over HTTP the check goes from the channel to everything that it leads to.
 *
 * @throws ManifestError where `trust` is no root; MountError `ERR_SOURCE_FORBIDDEN`, `ERR_SOURCE_UNREACHABLE`,
 * `ERR_SOURCE_FAILED`: the transport failed, which is no verdict on the content.
 * @example
 * const report = await verifyContent(memoryOrigin(files), { trust: 'first-use' });
 * report.isSound; // → true
 */
export async function verifyContent(origin: ContentOrigin, options: VerifyContentOptions): Promise<ContentReport> {
  const listed = await origin.list?.({ signal: options.signal });
  return new ContentCheck(origin, options).run(listed?.map(({ key }) => key));
}

interface Stated {
  readonly release: ReleasePointer;
  readonly project: string;
}

class ContentCheck {
  readonly #found = new FindingList();
  readonly #options: VerifyContentOptions;
  readonly #documents: DocumentCheck;
  readonly #visited = new Set<string>();
  readonly #archives = new Map<string, ReleaseArchive>();
  readonly #counts = { channels: 0, releases: 0, archives: 0, members: 0 };
  #bytes = 0;

  constructor(origin: ContentOrigin, options: VerifyContentOptions) {
    this.#options = options;
    this.#documents = {
      origin,
      found: this.#found,
      now: options.now ?? new Date(),
      signal: options.signal,
      onFile: (key, sizeBytes) => this.#advance(key, sizeBytes),
    };
  }

  async run(listed: readonly string[] | undefined): Promise<ContentReport> {
    const chain = await verifyRoots(this.#options.trust, this.#documents);
    const trusted = chain.at(-1);
    if (trusted !== undefined) {
      await this.#verifyBelow(trusted, listed);
      await this.#verifyHistory(chain, listed);
    }
    const roots = [...this.#visited].filter((key) => key.startsWith('root/')).length;
    // What a garbage collection notes for the next one is no content: no client reads it.
    const rest = (listed ?? []).filter((key) => !this.#visited.has(key) && !key.startsWith('tombstones/'));
    const isJudged = !this.#found.findings.some(({ file, severity }) => severity === 'error' && isDocument(file));
    if (isJudged) for (const key of rest) this.#found.add(key, strayFile(key));
    const { findings } = this.#found;
    return {
      isSound: findings.every(({ severity }) => severity === 'warning'),
      findings,
      roots,
      ...this.#counts,
      bytes: this.#bytes,
      unchecked: isJudged ? [] : rest,
    };
  }

  async #verifyBelow(trusted: TrustedRoot, listed: readonly string[] | undefined): Promise<void> {
    const stated = await this.#verifyChannels(trusted, listed);
    const digests = new Set<Digest>(stated.keys());
    if (this.#options.release !== undefined) digests.add(this.#options.release);
    for (const key of listed ?? []) {
      const digest = `sha256:${/^releases\/([0-9a-f]{64})\.json$/.exec(key)?.[1] ?? ''}`;
      if (isDigest(digest)) digests.add(digest);
    }
    for (const digest of [...digests].sort()) await this.#verifyRelease(digest, trusted, stated.get(digest));
    for (const archive of this.#archives.values()) await this.#verifyArchive(archive);
  }

  async #verifyChannels(trusted: TrustedRoot, listed: readonly string[] | undefined): Promise<Map<Digest, Stated>> {
    const { channel, release } = this.#options;
    const all = (listed ?? []).filter((key) => /^channels\/[a-z0-9][a-z0-9._-]{0,63}\.json$/.test(key));
    const fallback = listed === undefined && release === undefined ? [channelKey('stable')] : all;
    const keys = channel === undefined ? fallback : [...new Set([...all, channelKey(channel)])];
    const stated = new Map<Digest, Stated>();
    for (const key of keys) {
      const points = await verifyChannelFile(key, trusted, this.#documents);
      if (points === undefined) continue;
      this.#counts.channels++;
      stated.set(points.release.digest, points);
    }
    return stated;
  }

  async #verifyHistory(chain: readonly TrustedRoot[], listed: readonly string[] | undefined): Promise<void> {
    for (const key of (listed ?? []).filter((one) => one.startsWith('history/')))
      await verifyHistoryFile(key, chain, this.#documents);
  }

  async #verifyRelease(digest: Digest, trusted: TrustedRoot, stated: Stated | undefined): Promise<void> {
    const release: Release | undefined = await verifyReleaseFile(digest, trusted, { ...this.#documents, stated });
    if (release === undefined) return;
    this.#counts.releases++;
    for (const archive of release.archives) {
      const same = this.#archives.get(archive.key);
      if (same === undefined) this.#archives.set(archive.key, archive);
      else if (!isSameArchive(same, archive)) this.#found.add(releaseKey(digest), contradiction(archive));
    }
  }

  async #verifyArchive(archive: ReleaseArchive): Promise<void> {
    this.#visited.add(archive.key);
    const { codecs = WEB_CODECS, decodeDefoldPayload: decode = decodeResourcePayload, signal } = this.#options;
    const { origin } = this.#documents;
    const onBytes = (bytes: number): void => this.#advance(archive.key, bytes);
    this.#counts.members += await verifyArchive(archive, {
      origin,
      found: this.#found,
      codecs,
      decode,
      signal,
      onBytes,
    });
    this.#counts.archives++;
  }

  #advance(file: string, bytes: number): void {
    this.#visited.add(file);
    this.#bytes += bytes;
    this.#options.onProgress?.({ file, checkedBytes: this.#bytes });
  }
}

function isDocument(file: string): boolean {
  return /^(root|channels|releases)\//.test(file);
}

function isSameArchive(a: ReleaseArchive, b: ReleaseArchive): boolean {
  const facts = ({ digest, sizeBytes, entries, directory }: ReleaseArchive): string =>
    JSON.stringify([digest, sizeBytes, entries, directory.offset, directory.sizeBytes, directory.digest]);
  return facts(a) === facts(b);
}

function contradiction({ key }: ReleaseArchive): MountError {
  return new MountError('ERR_VERIFY_ENTRIES', `Another release says something else of ${key}`, { details: { key } });
}

function strayFile(key: string): MountError {
  return new MountError('ERR_VERIFY_ENTRIES', `No document of the layout names ${key}`, {
    details: { key },
    hint: 'An upload that was broken off, an archive of a release that is gone, or a file that somebody put there.',
  });
}
