import type { ReleaseArchive } from '@lading/manifest';
import { ArchiveDownloads } from './archive-downloads.js';
import { ArchiveShelf } from './archive-shelf.js';
import type { MountError } from './mount-error.js';
import { MountSet } from './mount-set.js';
import type { MountedContent } from './mounted-content.js';
import { ReleaseFollower } from './release-follower.js';
import { ReleaseProbation } from './release-probation.js';
import { planRoot, type RootPlan } from './root-plan.js';
import { blockedError, closedError, noChannelError } from './runtime-errors.js';
import { RuntimeEmitter } from './runtime-events.js';
import type { ResolvedRuntimeOptions } from './runtime-options.js';
import { SerialQueue } from './serial-queue.js';
import type { KnownRelease } from './trust-state.js';

/** What the concepts of one runtime share: its lifetime, the line of its changes, and who knows what. */
export class RuntimeParts {
  readonly options: ResolvedRuntimeOptions;
  readonly events: RuntimeEmitter;
  /** What the store has of archives. */
  readonly shelf: ArchiveShelf;
  readonly downloads: ArchiveDownloads;
  readonly follower: ReleaseFollower;
  readonly probation: ReleaseProbation;
  readonly mounts: MountSet;
  /** Changes of the mounts, one after the other. */
  readonly changes: SerialQueue = new SerialQueue();
  readonly life: AbortController = new AbortController();

  constructor(options: ResolvedRuntimeOptions, onTrialTimeout: () => void) {
    this.options = options;
    this.events = new RuntimeEmitter(options.onEvent);
    this.shelf = new ArchiveShelf(options.store.archives);
    const { events, shelf } = this;
    this.downloads = new ArchiveDownloads({ ...options, events, shelf, former: () => this.#formerArchives() });
    this.follower = new ReleaseFollower(options, this.events);
    this.probation = new ReleaseProbation(options, onTrialTimeout);
    this.mounts = new MountSet(this.events, options.variants);
  }

  /** @throws MountError `ERR_RUNTIME_CLOSED` */
  assertOpen(): void {
    if (this.life.signal.aborted) throw closedError('The runtime');
  }

  /** A signal that also aborts with the runtime. */
  lifeOr(signal: AbortSignal | undefined): AbortSignal {
    return signal === undefined ? this.life.signal : AbortSignal.any([signal, this.life.signal]);
  }

  /** The newest release that may be mounted: one that failed here is passed over for what is mounted. */
  get latest(): KnownRelease | undefined {
    const { latest } = this.follower;
    const mayMount = latest !== undefined && this.probation.blockedBy(latest.digest) === undefined;
    return mayMount ? latest : this.mounts.active;
  }

  /** Mounts of one time come from one release: the one that is mounted already, else the newest. */
  get inUse(): KnownRelease | undefined {
    const { intents, active } = this.mounts;
    return intents.size > 0 && active !== undefined ? active : this.latest;
  }

  /** Says why there is no release to work with. */
  noRelease(): MountError {
    const { latest } = this.follower;
    const blocked = latest && this.probation.blockedBy(latest.digest);
    return blocked === undefined ? noChannelError() : blockedError(blocked);
  }

  /** Runs a change that puts `content` into the table; closes it where the change fails. */
  changeOrClose<T>(content: MountedContent, change: () => Promise<T>): Promise<T> {
    return this.changes.run(async () => {
      try {
        this.assertOpen();
        return await change();
      } catch (error) {
        await content.close();
        throw error;
      }
    });
  }

  /** Archives that the mounts come from and the newest release does not have any more: it has their members elsewhere. */
  #formerArchives(): ReleaseArchive[] {
    const current = new Set(this.latest?.release.archives.map(({ digest }) => digest));
    return (this.mounts.active?.release.archives ?? []).filter(({ digest }) => !current.has(digest));
  }
}

/** What making a root whole comes down to. @throws MountError `ERR_ROOT_NOT_FOUND`, `ERR_NO_CHANNEL`. */
export function planOf(parts: RuntimeParts, root: string): RootPlan {
  const { latest, mounts } = parts;
  if (latest === undefined) throw parts.noRelease();
  return planRoot(root, latest, mounts.mounted());
}
