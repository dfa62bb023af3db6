import { chosenValues, loadPart, type VariantChoice } from '@lading/manifest/client';
import { mountArchive } from './archive-mounter.js';
import { BASE_NAME, baseRow } from './base-row.js';
import type { ReadOptions } from './byte-source.js';
import { readKeptMounts } from './kept-mounts.js';
import { findConflicts, type MountConflict } from './mount-conflicts.js';
import { assertMountName } from './mount-intent.js';
import { candidatesOf } from './mount-table.js';
import { assertMountable } from './mountable.js';
import { mediaTypeOf, readPinned, respondPinned } from './pinned-read.js';
import type { ProbationFailure } from './probation.js';
import type {
  AddMountOptions,
  Ensured,
  EnsureOptions,
  Prefetched,
  Refreshed,
  Runtime,
  RuntimeSnapshot,
  RuntimeStatus,
} from './runtime.js';
import { closedError } from './runtime-errors.js';
import type { RuntimeEvents, RuntimeEventType } from './runtime-events.js';
import type { ResolvedRuntimeOptions } from './runtime-options.js';
import { planOf, RuntimeParts } from './runtime-parts.js';
import { snapshotOf } from './runtime-snapshot.js';
import type { Missing, Mount, Resolution, RuntimeVariant } from './runtime-types.js';
import { missingOf, resolutionOf, summaryOf } from './runtime-views.js';

/** The runtime behind `createRuntime`: its calls, over the parts that do the work. @internal */
export class ContentRuntime implements Runtime {
  readonly #parts: RuntimeParts;

  constructor(options: ResolvedRuntimeOptions) {
    this.#parts = new RuntimeParts(options, () => void this.#timeOut());
  }

  /** Brings back what the store has and asks the channel for news. */
  async start(signal: AbortSignal | undefined): Promise<void> {
    const { options, mounts, shelf, follower, probation, events } = this.#parts;
    if (options.base !== undefined) await mounts.replaceRows([baseRow(options.base)]);
    await shelf.load(signal);
    await follower.start(signal);
    const given = await probation.settle(signal);
    if (given !== undefined) events.emit('rolledBack', given);
    const rows = await readKeptMounts(this.#parts, signal);
    if (rows.length > 0) await mounts.replaceRows([...mounts.rows, ...rows]);
  }

  status(): RuntimeStatus {
    const { latest, follower, probation, mounts, options } = this.#parts;
    return {
      latest: summaryOf(latest),
      active: summaryOf(mounts.active),
      isStale: follower.isStale,
      generation: mounts.table.current.number,
      trial: probation.trial,
      blocked: probation.blocked,
      isDurable: options.store.isDurable,
    };
  }

  async addMount(options: AddMountOptions): Promise<Mount> {
    this.#parts.assertOpen();
    await assertMountable(options);
    const { name, archive } = options;
    this.#parts.mounts.assertFree(name);
    if (archive !== undefined) return mountArchive(this.#parts, options, archive);
    const { mountOwn } = await loadPart(() => import('./own-mounter.js'));
    return mountOwn(this.#parts, options);
  }

  async removeMount(name: string, options: ReadOptions = {}): Promise<void> {
    this.#parts.assertOpen();
    if (name === BASE_NAME) assertMountName(name);
    await this.#parts.changes.run(async () => (await loadChanges()).removeMount(this.#parts, name, options.signal));
  }

  mounts(): readonly Mount[] {
    return this.#parts.mounts.rows.map(({ mount }) => mount);
  }

  resolve(path: string): Resolution {
    return resolutionOf(path, candidatesOf(this.#parts.mounts.table.current, path));
  }

  conflicts(): readonly MountConflict[] {
    return findConflicts(this.#parts.mounts.table.current);
  }

  async read(path: string, options: ReadOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
    this.#parts.assertOpen();
    return readPinned(this.#parts.mounts.table, path, options);
  }

  async response(path: string, options: ReadOptions = {}): Promise<Response> {
    this.#parts.assertOpen();
    return respondPinned(this.#parts.mounts.table, path, options);
  }

  async blob(path: string, options: ReadOptions = {}): Promise<Blob> {
    const bytes = await this.read(path, options);
    return new Blob([bytes], { type: await mediaTypeOf(path) });
  }

  async url(path: string, options: ReadOptions = {}): Promise<string> {
    return URL.createObjectURL(await this.blob(path, options));
  }

  variants(): readonly RuntimeVariant[] {
    const { inUse, mounts } = this.#parts;
    const axes = inUse?.release.variants ?? [];
    return axes.map((axis) => ({ ...axis, chosen: chosenValues(axis, mounts.choice) }));
  }

  async setVariants(choice: VariantChoice): Promise<void> {
    this.#parts.assertOpen();
    await this.#parts.changes.run(() => this.#parts.mounts.choose(choice));
  }

  missing(root: string): Missing {
    this.#parts.assertOpen();
    return missingOf(planOf(this.#parts, root), this.#parts.shelf);
  }

  async ensure(root: string, options: EnsureOptions = {}): Promise<Ensured> {
    this.#parts.assertOpen();
    const { RootEnsurer } = await loadPart(() => import('./root-ensurer.js'));
    return new RootEnsurer(this.#parts).ensure(root, options);
  }

  async ensureEssential(options: EnsureOptions = {}): Promise<readonly Ensured[]> {
    this.#parts.assertOpen();
    const { ensureEssential } = await loadPart(() => import('./root-policies.js'));
    return ensureEssential(this.#parts, options);
  }

  async prefetch(options: EnsureOptions = {}): Promise<Prefetched> {
    this.#parts.assertOpen();
    const { prefetchRoots } = await loadPart(() => import('./root-policies.js'));
    return prefetchRoots(this.#parts, options);
  }

  async markReady({ signal }: ReadOptions = {}): Promise<void> {
    const { probation, mounts, events } = this.#parts;
    this.#parts.assertOpen();
    await this.#parts.changes.run(async () => {
      await probation.markReady(signal);
      events.emit('ready', { release: mounts.active?.digest });
    });
  }

  async markFailed(reason?: string, { signal }: ReadOptions = {}): Promise<boolean> {
    this.#parts.assertOpen();
    return this.#giveUp('failed', reason, signal);
  }

  snapshot(): RuntimeSnapshot {
    this.#parts.assertOpen();
    return snapshotOf(this.#parts.mounts.table);
  }

  async refresh(options: ReadOptions = {}): Promise<Refreshed> {
    this.#parts.assertOpen();
    return this.#parts.follower.refresh(options.signal);
  }

  on<Type extends RuntimeEventType>(type: Type, listener: (event: RuntimeEvents[Type]) => void): () => void {
    return this.#parts.events.on(type, listener);
  }

  async close(): Promise<void> {
    const { life, probation, downloads, changes, mounts } = this.#parts;
    if (life.signal.aborted) return;
    probation.end();
    life.abort(closedError('The runtime'));
    await downloads.settle();
    await changes.run(() => mounts.table.replace([], () => 0));
  }

  #giveUp(failure: ProbationFailure, reason: string | undefined, signal: AbortSignal | undefined): Promise<boolean> {
    return this.#parts.changes.run(async () =>
      (await loadChanges()).giveUpRelease(this.#parts, failure, { reason, signal }),
    );
  }

  async #timeOut(): Promise<void> {
    const { life, events } = this.#parts;
    try {
      await this.#giveUp('timeout', undefined, life.signal);
    } catch (error) {
      if (!life.signal.aborted) events.emit('storeFailed', { error });
    }
  }
}

/** What makes the changes that few sessions make. */
function loadChanges(): Promise<typeof import('./mount-changes.js')> {
  return loadPart(() => import('./mount-changes.js'));
}
