import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Digest,
  digestOf,
  isLadingError,
  MAX_RELEASE_BYTES,
  MAX_ROOT_BYTES,
  type Problem,
  parseRelease,
  type Release,
  type ReleaseArchive,
  readEnvelope,
  releaseKey,
  rootKey,
  type TrustedRoot,
  trustRoot,
  updateRoot,
  verifyRelease,
} from '@lading/manifest';
import { printable } from '../printable.js';
import { PublishError } from '../publish-error.js';
import type { ObjectBody } from '../publish-target.js';
import { newestRoot, type ReleaseSource } from '../release-source.js';
import { trusted } from '../trust-error.js';
import { bodyDigest, fileBody } from './file-body.js';
import { errnoOf, isNotFound } from './folder-error.js';

/** Options of {@link openReleaseFolder}. */
export interface OpenReleaseFolderOptions {
  /** Envelope of the root to trust. Default: the oldest root in the folder. */
  readonly trust?: Uint8Array | undefined;
  /** Which release, by digest. */
  readonly digest?: Digest | undefined;
  /** Which release, by version. Default: the one with the highest sequence. */
  readonly version?: string | undefined;
  /** Which archives must be in the folder: a machine that publishes a part may have a part. Default: all. */
  readonly needs?: ((archive: ReleaseArchive, release: Release) => boolean) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The most releases one folder may hold. */
const MAX_RELEASES = 10_000;

/** A release of the folder, verified. */
type OpenRelease = Pick<ReleaseSource, 'release' | 'bytes' | 'digest' | 'sizeBytes'>;

/**
 * Opens a folder that `lading split --out` wrote (`archives/`, `releases/`, `root/`): verifies the chain of roots, verifies
 * the release against its newest one, and checks that every needed archive is there with the right size. Archives are hashed
 * when they are opened.
 *
 * @throws PublishError `ERR_PUBLISH_SOURCE` (nothing there, archives missing: all of them in `details.problems`; or several
 * releases where the options do not say which), `ERR_PUBLISH_TRUST` (a root or the release does not verify).
 * @example
 * const source = await openReleaseFolder('dist/release');
 * source.release.version; // → '1.0.0'
 */
export async function openReleaseFolder(dir: string, options: OpenReleaseFolderOptions = {}): Promise<ReleaseSource> {
  const { signal } = options;
  const roots = await openRoots(dir, options);
  const releases = await openReleases(dir, newestRoot(roots), options);
  const chosen = chooseRelease(dir, releases, options);
  const { needs = () => true } = options;
  await assertArchives(
    dir,
    chosen.release.archives.filter((archive) => needs(archive, chosen.release)),
    signal,
  );
  return {
    name: printable(dir),
    roots,
    ...chosen,
    openArchive: (archive, openOptions) => openArchive(dir, archive, openOptions.signal),
  };
}

async function openRoots(dir: string, { trust, signal }: OpenReleaseFolderOptions): Promise<ReleaseSource['roots']> {
  const versions = (await namesIn(dir, 'root', /^([1-9]\d{0,15})\.json$/)).map(Number).sort((a, b) => a - b);
  const hint = 'The folder is not whole, or is another project. Make it anew with lading split.';
  const read = (version: number): Promise<Uint8Array> => readLimited(dir, rootKey(version), MAX_ROOT_BYTES, signal);
  const [first] = versions;
  if (first === undefined) throw sourceError(dir, [{ path: 'root', problem: 'has no root document' }]);
  const oldest = await trusted(`Root in "${printable(dir)}"`, hint, async () =>
    trustRoot(trust ?? (await read(first))),
  );
  const { version } = oldest.root;
  if (versions.includes(version)) await assertPinned(dir, oldest, await read(version));
  const newer: TrustedRoot[] = [];
  for (const next of versions.filter((candidate) => candidate > version)) {
    const before = newer.at(-1) ?? oldest;
    newer.push(
      await trusted(`Root ${next} in "${printable(dir)}"`, hint, async () => updateRoot(before, await read(next))),
    );
  }
  return [oldest, ...newer];
}

async function assertPinned(dir: string, pinned: TrustedRoot, bytes: Uint8Array): Promise<void> {
  const [ours, theirs] = [pinned.bytes, bytes].map((envelope) => readEnvelope(envelope).payload);
  if (ours?.length === theirs?.length && ours?.every((byte, i) => byte === theirs?.[i]) === true) return;
  throw new PublishError(
    'ERR_PUBLISH_TRUST',
    `Root ${pinned.root.version} in "${printable(dir)}" is not the trusted one`,
    {
      details: { dir: printable(dir), version: pinned.root.version },
      hint: 'The folder was made with other keys. Make it anew with lading split and the right --key.',
    },
  );
}

async function openReleases(dir: string, root: TrustedRoot, options: OpenReleaseFolderOptions): Promise<OpenRelease[]> {
  const names = await namesIn(dir, 'releases', /^([0-9a-f]{64})\.json$/);
  if (names.length > MAX_RELEASES)
    throw sourceError(dir, [{ path: 'releases', problem: `has more than ${MAX_RELEASES} releases` }]);
  const releases: OpenRelease[] = [];
  for (const name of names.sort()) {
    const digest: Digest = `sha256:${name}`;
    if (options.digest === undefined || options.digest === digest) {
      releases.push(await openRelease(dir, digest, root, options.signal));
    }
  }
  return releases;
}

async function openRelease(
  dir: string,
  digest: Digest,
  root: TrustedRoot,
  signal: AbortSignal | undefined,
): Promise<OpenRelease> {
  const key = releaseKey(digest);
  const bytes = await readLimited(dir, key, MAX_RELEASE_BYTES, signal);
  const hint =
    'The file was changed, or signed with a key that the root does not name. Make it anew with lading split.';
  return trusted(`"${key}" in "${printable(dir)}"`, hint, async () => {
    const { payload } = readEnvelope(bytes);
    const { project, sequence } = parseRelease(payload);
    const sizeBytes = payload.length;
    const named = { digest: await digestOf(payload), sizeBytes, project, sequence };
    const release = await verifyRelease(bytes, root, { ...named, digest });
    return { release, bytes, digest, sizeBytes };
  });
}

function chooseRelease(dir: string, releases: readonly OpenRelease[], options: OpenReleaseFolderOptions): OpenRelease {
  const { version, digest } = options;
  const fitting = releases.filter(({ release }) => version === undefined || release.version === version);
  const highest = fitting.reduce((max, { release }) => Math.max(max, release.sequence), 0);
  const [chosen, ...others] = fitting.filter(({ release }) => release.sequence === highest);
  if (chosen === undefined) {
    const wanted = digest ?? (version === undefined ? '' : `version ${printable(version)}`);
    throw sourceError(dir, [{ path: 'releases', problem: `has no release ${wanted}`.trimEnd() }]);
  }
  if (others.length === 0) return chosen;
  const problems = [chosen, ...others].map(({ release, digest: other }) => ({
    path: releaseKey(other),
    problem: `is version ${release.version} with sequence ${release.sequence}, too`,
  }));
  throw sourceError(
    dir,
    problems,
    'Several releases have the highest sequence. Say which one by its digest or version.',
  );
}

async function assertArchives(
  dir: string,
  archives: readonly ReleaseArchive[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const problems: Problem[] = [];
  for (const { key, sizeBytes } of archives) {
    signal?.throwIfAborted();
    try {
      const { size } = await stat(join(dir, key));
      if (size !== sizeBytes) problems.push({ path: key, problem: `has ${size} bytes, expected ${sizeBytes}` });
    } catch (error) {
      if (errnoOf(error) === undefined) throw error;
      problems.push({ path: key, problem: `cannot be read (${errnoOf(error)})` });
    }
  }
  if (problems.length > 0) throw sourceError(dir, problems);
}

/** Hashes the file now, so that what is uploaded is what was signed. */
async function openArchive(dir: string, archive: ReleaseArchive, signal: AbortSignal | undefined): Promise<ObjectBody> {
  const body = fileBody(join(dir, archive.key), archive.sizeBytes);
  const actual = await bodyDigest(body, signal);
  if (actual === archive.digest) return body;
  throw sourceError(dir, [{ path: archive.key, problem: `has ${actual}, the release says ${archive.digest}` }]);
}

async function namesIn(dir: string, folder: string, pattern: RegExp): Promise<string[]> {
  try {
    const names = await readdir(join(dir, folder));
    return names.flatMap((name) => pattern.exec(name)?.[1] ?? []);
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    const problem = isNotFound(error) ? 'is not there' : `cannot be read (${errnoOf(error)})`;
    throw sourceError(dir, [{ path: folder, problem }]);
  }
}

async function readLimited(
  dir: string,
  key: string,
  maxBytes: number,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  try {
    const { size } = await stat(join(dir, key));
    if (size > maxBytes)
      throw sourceError(dir, [{ path: key, problem: `has ${size} bytes, the limit is ${maxBytes}` }]);
    return new Uint8Array(await readFile(join(dir, key), { signal }));
  } catch (error) {
    signal?.throwIfAborted();
    if (isLadingError(error) || errnoOf(error) === undefined) throw error;
    throw sourceError(dir, [{ path: key, problem: `cannot be read (${errnoOf(error)})` }]);
  }
}

function sourceError(
  dir: string,
  problems: readonly Problem[],
  hint: string = 'Make the folder with lading split --out, and publish it whole.',
): PublishError {
  const [first] = problems;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  return new PublishError(
    'ERR_PUBLISH_SOURCE',
    `Release folder "${printable(dir)}": ${first?.path} ${first?.problem}${more}`,
    {
      details: { dir: printable(dir), problems: problems.map(({ path, problem }) => ({ path, problem })) },
      hint,
    },
  );
}
