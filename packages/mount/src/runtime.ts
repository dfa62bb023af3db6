import type { Digest, VariantChoice } from '@lading/manifest';
import type { ByteSource, ReadOptions } from './byte-source.js';
import type { PathId, RootId } from './content-ids.js';
import { ContentRuntime } from './content-runtime.js';
import type { MountConflict } from './mount-conflicts.js';
import type { MountMode } from './mount-intent.js';
import type { MountedContent } from './mounted-content.js';
import type { BlockedRelease } from './probation.js';
import type { RuntimeEvents, RuntimeEventType } from './runtime-events.js';
import { type RuntimeOptions, resolveRuntimeOptions } from './runtime-options.js';
import type { Missing, Mount, Progress, Resolution, RuntimeVariant } from './runtime-types.js';

/** What to mount, and how: exactly one of `archive`, `source` and `content`. */
export interface AddMountOptions {
  /** 1 to 63 characters, not starting with `_`. */
  readonly name: string;
  /** A whole number of 0 or more; the higher one wins. Default: what the release says, else 0. */
  readonly priority?: number | undefined;
  /** Name of an archive of the release. Such mounts are kept and come back at the next start. */
  readonly archive?: string | undefined;
  /** A zip of your own. Such mounts end with the runtime. The runtime closes the source. */
  readonly source?: ByteSource | undefined;
  /** What is no zip: `folderContent(dir)`, `memoryContent(files)`. As with `source`, the runtime closes it. */
  readonly content?: MountedContent | undefined;
  /**
   * `download`: into the store first. `remote`: by ranges, one request to open. `both`: by ranges now, while the
   * download runs. Default `download`. For a `source`, `remote` only says what `mounts()` reports.
   */
  readonly mode?: MountMode | undefined;
  /** Paths it may serve: `/settings.json`, `/themes/**`. Default: all. */
  readonly allow?: readonly string[] | undefined;
  /**
   * The mount brings data: it never serves code (scripts, WebAssembly, pages, compiled Lua) nor what the runtime's `protect` names,
   * so content of others cannot put itself before the app's own. Such paths count as absent in it. Default false.
   */
  readonly dataOnly?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Options of {@link Runtime.ensure}. */
export interface EnsureOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /**
   * A whole number: the downloads of the call with the higher one go first, and one that runs makes way for them, puts away what it
   * has and goes on there later. Calls of equal priority share the downloads that run at a time. Below 0 is background: it runs
   * only while nothing else is to be downloaded. Default 0 (`ENSURE_PRIORITY`).
   */
  readonly priority?: number | undefined;
}

/** What {@link Runtime.prefetch} did. */
export interface Prefetched {
  readonly ensured: readonly Ensured[];
  /** Roots that could not be had, and why; the others were not affected. */
  readonly failed: readonly { readonly root: string; readonly error: unknown }[];
}

/** What {@link Runtime.ensure} did. */
export interface Ensured {
  readonly root: string;
  readonly release: ReleaseSummary;
  /** The root's mounts, in the order of the release. */
  readonly mounts: readonly Mount[];
  /** Bytes that were fetched: less than `missing` said where members of other archives could be used. */
  readonly receivedBytes: number;
  /** Bytes of new archives that were taken from members of older ones instead. */
  readonly reusedBytes: number;
}

/** A release in short. */
export interface ReleaseSummary {
  readonly digest: Digest;
  readonly project: string;
  readonly version: string;
  readonly sequence: number;
  /** Paths of its roots, sorted. */
  readonly roots: readonly string[];
  /** Names of its archives, in the order of the release. */
  readonly archives: readonly string[];
}

/** Where a runtime stands. */
export interface RuntimeStatus {
  /** The release that the channel points at, as far as it may be adopted. */
  readonly latest: ReleaseSummary | undefined;
  /** The release that the mounts come from. */
  readonly active: ReleaseSummary | undefined;
  /** True where the channel had expired when it was last read. */
  readonly isStale: boolean;
  readonly generation: number;
  /** The release that has to be marked ready; `undefined` where none is on probation. */
  readonly trial: Digest | undefined;
  /** Releases that failed here and are not mounted again, the newest last. */
  readonly blocked: readonly BlockedRelease[];
  /** False where content does not survive the process. */
  readonly isDurable: boolean;
}

/** What {@link Runtime.refresh} found. */
export interface Refreshed {
  readonly outcome: 'adopted' | 'unchanged' | 'stale';
  readonly latest: ReleaseSummary | undefined;
}

/** A view of one generation: what it resolves and reads does not change until it is closed. */
export interface RuntimeSnapshot {
  readonly generation: number;
  resolve(path: PathId): Resolution;
  read(path: PathId, options?: ReadOptions): Promise<Uint8Array<ArrayBuffer>>;
  close(): Promise<void>;
}

/** A running mount table. */
export interface Runtime {
  status(): RuntimeStatus;
  /** Attaches content. @throws MountError `ERR_MOUNT_*`, `ERR_ARCHIVE_*`, `ERR_VERIFY_*`, `ERR_SOURCE_*`. */
  addMount(options: AddMountOptions): Promise<Mount>;
  /** Detaches an archive, for good. Its bytes stay in the store. @throws MountError `ERR_MOUNT_NOT_FOUND`. */
  removeMount(name: string, options?: ReadOptions): Promise<void>;
  /** All mounts, best first. */
  mounts(): readonly Mount[];
  /** Where a path is found. No I/O. */
  resolve(path: PathId): Resolution;
  /** Paths that mounts of equal priority serve. */
  conflicts(): readonly MountConflict[];
  /**
   * The verified bytes of a resource. A mount that has the path but cannot give its bytes fails the read; the next mount
   * is never asked instead.
   *
   * @throws MountError `ERR_RESOURCE_NOT_FOUND`, `ERR_VERIFY_*`, `ERR_ARCHIVE_*`, `ERR_SOURCE_*`, `ERR_MOUNT_PAYLOAD`.
   */
  read(path: PathId, options?: ReadOptions): Promise<Uint8Array<ArrayBuffer>>;
  /** {@link read} as a `Response`, with content type, length and the digest as ETag. */
  response(path: PathId, options?: ReadOptions): Promise<Response>;
  /** {@link read} as a `Blob`. */
  blob(path: PathId, options?: ReadOptions): Promise<Blob>;
  /** {@link read} as an object URL; the caller revokes it. */
  url(path: PathId, options?: ReadOptions): Promise<string>;
  /** In which ways content differs (resolution, locale, codec), and which of it the app gets. */
  variants(): readonly RuntimeVariant[];
  /**
   * Chooses other variants. What is mounted is put in the order of the new choice at once; what is not there yet comes with the
   * next `ensure` of each root, which takes what is not wanted any more away in the same step. So low resolution first, then
   * `setVariants({ resolution: 'high' })` and `ensure(root)` again, swaps high for low in place.
   *
   * @example
   * await runtime.setVariants({ resolution: ['high', 'low'], locale: 'de' });
   */
  setVariants(choice: VariantChoice): Promise<void>;
  /** What `ensure` would download. No I/O. @throws MountError `ERR_ROOT_NOT_FOUND`, `ERR_NO_CHANNEL`. */
  missing(root: RootId): Missing;
  /**
   * Downloads, verifies and mounts what a root needs. Where the mounts are of an older release, they move to the new one
   * with it, all at once: old and new never mix.
   */
  ensure(root: RootId, options?: EnsureOptions): Promise<Ensured>;
  /**
   * Makes every root whole that the release calls `essential`, all together and before everything else. An app calls it before it
   * starts; nothing does it unasked, so that starting stays possible without the network. Progress counts all of it: an archive that
   * several roots need once. Ends with the first failure.
   *
   * @example
   * const runtime = await createRuntime({ store, channel, keys });
   * await runtime.ensureEssential({ onProgress: ({ receivedBytes, totalBytes }) => bar(receivedBytes / totalBytes) });
   */
  ensureEssential(options?: EnsureOptions): Promise<readonly Ensured[]>;
  /**
   * Makes every root whole that the release says to `prefetch`, one after the other and in the background: whatever `ensure` asks for
   * meanwhile comes first. A root that cannot be had is told and does not keep the others back. Roots that are `on-demand`, or of no
   * policy, come only with an `ensure` of their own.
   *
   * @example
   * const leaving = new AbortController();
   * const { failed } = await runtime.prefetch({ signal: leaving.signal });
   */
  prefetch(options?: EnsureOptions): Promise<Prefetched>;
  /** Says that the app works with what is mounted. Ends the probation of a release, durably; harmless where there is none. */
  markReady(options?: ReadOptions): Promise<void>;
  /**
   * Says that the app does not work with what is mounted: the last good mounts come back at once, from the store, and the release
   * is not mounted again on this install. False where no release is on probation.
   */
  markFailed(reason?: string, options?: ReadOptions): Promise<boolean>;
  /** Keeps the current generation readable. */
  snapshot(): RuntimeSnapshot;
  /** Reads the channel again. @throws what is wrong with it; the runtime goes on as it was. */
  refresh(options?: ReadOptions): Promise<Refreshed>;
  /** Listens; the returned function ends that. */
  on<Type extends RuntimeEventType>(type: Type, listener: (event: RuntimeEvents[Type]) => void): () => void;
  /** Breaks off downloads and closes archives that nobody reads from. The store stays open. */
  close(): Promise<void>;
}

/**
 * Starts a runtime: reads trust and mounts from the store, checks them, and asks the channel for news.
 *
 * Where a release is stored, or the app gives its `base`, trouble with the channel is reported (`refreshFailed`, `stale`) and what
 * is there runs. Where neither is, the error is thrown: there is nothing to run yet.
 *
 * @throws MountError `ERR_RUNTIME_OPTIONS`, `ERR_NO_CHANNEL`, `ERR_CHANNEL_STALE`, `ERR_RELEASE_INCOMPATIBLE`,
 * `ERR_SOURCE_*`, `ERR_STORE_*`; ManifestError `ERR_TRUST_*`, `ERR_ENVELOPE`, `ERR_DOCUMENT`.
 * @example
 * const runtime = await createRuntime({ store: memoryStore(), channel: url, keys: pinnedRoot });
 * await runtime.ensure('/levels/1.json');
 * const bytes = await runtime.read('/levels/1.json');
 */
export async function createRuntime(options: RuntimeOptions): Promise<Runtime> {
  const runtime = new ContentRuntime(await resolveRuntimeOptions(options));
  try {
    await runtime.start(options.signal);
  } catch (error) {
    await runtime.close();
    throw error;
  }
  return runtime;
}
