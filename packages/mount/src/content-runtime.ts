// Over 300 lines: one lifetime with one set of private state; what can be decided or opened without it is in its own file.
import {
  chosenValues,
  type Digest,
  isLadingError,
  type ReleaseArchive,
  type VariantChoice,
  variantLayers,
} from '@lading/manifest/client';
import { openRemote, openSource, openStored } from './archive-opener.js';
import { BASE_NAME, baseRow } from './base-row.js';
import type { ByteSource, ReadOptions } from './byte-source.js';
import { contentTypeOf } from './content-type.js';
import { isContentVerdict } from './content-verdict.js';
import { Downloader } from './downloader.js';
import { findConflicts, type MountConflict } from './mount-conflicts.js';
import type { MountError } from './mount-error.js';
import { assertMountName, assertPriority, type MountIntent } from './mount-intent.js';
import { loadMountRecords, storeIntent, storePlan, storeRemoval } from './mount-records.js';
import { candidatesOf, type Generation, type MountRow, MountTable, winnerOf } from './mount-table.js';
import type { MountedContent } from './mounted-content.js';
import type { ProbationFailure } from './probation.js';
import { ProgressMeter } from './progress-meter.js';
import { ReleaseFollower } from './release-follower.js';
import { ReleaseProbation } from './release-probation.js';
import { type Restored, restoreMounts } from './restore-mounts.js';
import { type Mounted, nameTaken, neededArchives, planRoot, type RootPlan, type WantedMount } from './root-plan.js';
import type {
  AddMountOptions,
  Ensured,
  EnsureOptions,
  Refreshed,
  Runtime,
  RuntimeSnapshot,
  RuntimeStatus,
} from './runtime.js';
import {
  blockedError,
  closedError,
  noArchiveError,
  noChannelError,
  noMountError,
  releaseChangedError,
} from './runtime-errors.js';
import { RuntimeEmitter, type RuntimeEvents, type RuntimeEventType } from './runtime-events.js';
import { optionError, type ResolvedRuntimeOptions } from './runtime-options.js';
import { snapshotOf } from './runtime-snapshot.js';
import type { Missing, Mount, Resolution, RuntimeVariant } from './runtime-types.js';
import { downloadsOf, missingOf, mountOf, readFrom, resolutionOf, summaryOf } from './runtime-views.js';
import { SerialQueue } from './serial-queue.js';
import { servedPaths } from './served-paths.js';
import type { KnownRelease } from './trust-state.js';

/** How often a plan may turn out to be outdated by other calls before `ensure` gives up. */
const MAX_ENSURE_ROUNDS = 20;

/** The runtime behind `createRuntime`. @internal */
export class ContentRuntime implements Runtime {
  readonly #options: ResolvedRuntimeOptions;
  readonly #events: RuntimeEmitter;
  readonly #downloader: Downloader;
  readonly #follower: ReleaseFollower;
  readonly #probation: ReleaseProbation;
  readonly #table = new MountTable();
  /** Changes of the table, one after the other. */
  readonly #changes = new SerialQueue();
  readonly #life = new AbortController();
  #active: KnownRelease | undefined;
  #intents: ReadonlyMap<string, MountIntent> = new Map();
  #held: readonly string[] = [];
  #sequence = 0;
  #choice: VariantChoice;

  constructor(options: ResolvedRuntimeOptions) {
    this.#options = options;
    this.#choice = options.variants;
    this.#events = new RuntimeEmitter(options.onEvent);
    this.#downloader = new Downloader({ ...options, events: this.#events, former: () => this.#formerArchives() });
    this.#follower = new ReleaseFollower(options, this.#events);
    this.#probation = new ReleaseProbation(options, () => void this.#timeOut());
  }

  /** Brings back what the store has and asks the channel for news. */
  async start(signal: AbortSignal | undefined): Promise<void> {
    const { base } = this.#options;
    if (base !== undefined) await this.#replaceRows([baseRow(base)]);
    await this.#downloader.load(signal);
    await this.#follower.start(signal);
    const given = await this.#probation.settle(signal);
    if (given !== undefined) this.#events.emit('rolledBack', given);
    await this.#restore(signal);
  }

  status(): RuntimeStatus {
    return {
      latest: summaryOf(this.#latest),
      active: summaryOf(this.#active),
      isStale: this.#follower.isStale,
      generation: this.#table.current.number,
      trial: this.#probation.trial,
      blocked: this.#probation.blocked,
      isDurable: this.#options.store.isDurable,
    };
  }

  async addMount(options: AddMountOptions): Promise<Mount> {
    this.#assertOpen();
    const { name, priority, archive, source } = options;
    assertMountName(name);
    if (priority !== undefined) assertPriority(priority);
    const allows = servedPaths(options, this.#options.isProtected);
    if ([archive, source, options.content].filter((one) => one !== undefined).length !== 1)
      throw optionError('archive', 'or source or content: give one of them');
    this.#assertFree(name);
    if (archive !== undefined) return this.#addArchive(options, archive);
    const content = options.content ?? (await openOwn(source, this.#options, options.signal));
    const state = source !== undefined && options.mode === 'remote' ? 'remote' : 'local';
    return this.#changeOrClose(content, async () => {
      this.#assertFree(name);
      const data = options.dataOnly === true ? { dataOnly: true } : {};
      const { entries, sizeBytes } = content;
      const sequence = ++this.#sequence;
      const mount: Mount = { name, priority: priority ?? 0, sequence, ...data, state, entries, sizeBytes };
      await this.#addRow({ mount, content, allows });
      return mount;
    });
  }

  async removeMount(name: string, options: ReadOptions = {}): Promise<void> {
    this.#assertOpen();
    if (name === BASE_NAME) assertMountName(name);
    await this.#changes.run(async () => {
      const row = this.#row(name);
      const intent = this.#intents.get(name);
      if (row === undefined && intent === undefined) throw noMountError(name);
      if (intent !== undefined) {
        const held = this.#held.filter((root) => !this.#needs(root, intent.archive));
        // Durable first: what was taken away must not come back at the next start.
        await storeRemoval(this.#options.store, { name, held }, options.signal);
        this.#intents = without(this.#intents, name);
        this.#held = held;
      }
      if (row === undefined) return; // It could not be opened in this session.
      await this.#replaceRows(this.#rows.filter((other) => other !== row));
      this.#events.emit('unmounted', { mount: row.mount });
    });
  }

  mounts(): readonly Mount[] {
    return this.#rows.map(({ mount }) => mount);
  }

  resolve(path: string): Resolution {
    return resolutionOf(path, candidatesOf(this.#table.current, path));
  }

  conflicts(): readonly MountConflict[] {
    return findConflicts(this.#table.current);
  }

  async read(path: string, options: ReadOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
    this.#assertOpen();
    options.signal?.throwIfAborted();
    const generation = this.#table.pin();
    try {
      return await readFrom(generation, path, options);
    } finally {
      await this.#table.unpin(generation);
    }
  }

  async response(path: string, options: ReadOptions = {}): Promise<Response> {
    this.#assertOpen();
    const generation = this.#table.pin();
    try {
      const digest = winnerOf(generation, path)?.entry.digest;
      const bytes = await readFrom(generation, path, options);
      const headers = new Headers({ 'content-type': contentTypeOf(path), 'content-length': String(bytes.length) });
      if (digest !== undefined) headers.set('etag', `"${digest}"`);
      return new Response(bytes, { status: 200, headers });
    } finally {
      await this.#table.unpin(generation);
    }
  }

  async blob(path: string, options: ReadOptions = {}): Promise<Blob> {
    return new Blob([await this.read(path, options)], { type: contentTypeOf(path) });
  }

  async url(path: string, options: ReadOptions = {}): Promise<string> {
    return URL.createObjectURL(await this.blob(path, options));
  }

  variants(): readonly RuntimeVariant[] {
    const axes = this.#inUse?.release.variants ?? [];
    return axes.map((axis) => ({ ...axis, chosen: chosenValues(axis, this.#choice) }));
  }

  async setVariants(choice: VariantChoice): Promise<void> {
    this.#assertOpen();
    await this.#changes.run(() => {
      this.#choice = choice;
      return this.#replaceRows(this.#rows);
    });
  }

  missing(root: string): Missing {
    this.#assertOpen();
    return missingOf(this.#plan(root), this.#downloader);
  }

  async ensure(root: string, options: EnsureOptions = {}): Promise<Ensured> {
    this.#assertOpen();
    const meter = new ProgressMeter(root, options.onProgress);
    const repaired = new Set<Digest>();
    for (let round = 0; round < MAX_ENSURE_ROUNDS; round++) {
      const plan = this.#plan(root);
      await this.#download(plan, meter, options.signal);
      const mounts = await this.#changes.run(() => this.#apply(plan, repaired, options.signal));
      if (mounts === undefined) continue; // Another call changed the plan, or bytes must be fetched again.
      const release = summaryOf(plan.release);
      if (release === undefined) throw new Error('unreachable: a plan without a release');
      const { reusedBytes } = meter;
      return { root, release, mounts, receivedBytes: meter.receivedBytes - reusedBytes, reusedBytes };
    }
    throw new Error(`unreachable: ensure found its plan outdated ${MAX_ENSURE_ROUNDS} times`);
  }

  async markReady({ signal }: ReadOptions = {}): Promise<void> {
    this.#assertOpen();
    await this.#changes.run(async () => {
      await this.#probation.markReady(signal);
      this.#events.emit('ready', { release: this.#active?.digest });
    });
  }

  async markFailed(reason?: string, { signal }: ReadOptions = {}): Promise<boolean> {
    this.#assertOpen();
    return this.#giveUp('failed', reason, signal);
  }

  snapshot(): RuntimeSnapshot {
    this.#assertOpen();
    return snapshotOf(this.#table);
  }

  async refresh(options: ReadOptions = {}): Promise<Refreshed> {
    this.#assertOpen();
    return this.#follower.refresh(options.signal);
  }

  on<Type extends RuntimeEventType>(type: Type, listener: (event: RuntimeEvents[Type]) => void): () => void {
    return this.#events.on(type, listener);
  }

  async close(): Promise<void> {
    if (this.#life.signal.aborted) return;
    this.#probation.end();
    this.#life.abort(closedError('The runtime'));
    await this.#downloader.settle();
    await this.#changes.run(() => this.#table.replace([], () => 0));
  }

  /** Archives that the mounts come from and the newest release does not have any more: it has their members elsewhere. */
  #formerArchives(): ReleaseArchive[] {
    const current = new Set(this.#latest?.release.archives.map(({ digest }) => digest));
    return (this.#active?.release.archives ?? []).filter(({ digest }) => !current.has(digest));
  }

  // ---- trust

  /** The newest release that may be mounted: one that failed here is passed over for what is mounted. */
  get #latest(): KnownRelease | undefined {
    const { latest } = this.#follower;
    return latest !== undefined && this.#probation.blockedBy(latest.digest) === undefined ? latest : this.#active;
  }

  /** Says why there is no release to work with. */
  #noRelease(): MountError {
    const { latest } = this.#follower;
    const blocked = latest && this.#probation.blockedBy(latest.digest);
    return blocked === undefined ? noChannelError() : blockedError(blocked);
  }

  /** Mounts of one time come from one release: the one that is mounted already, else the newest. */
  get #inUse(): KnownRelease | undefined {
    return this.#intents.size > 0 && this.#active !== undefined ? this.#active : this.#latest;
  }

  async #restore(signal: AbortSignal | undefined): Promise<void> {
    const { rows } = await this.#readMounts(signal);
    if (rows.length > 0) await this.#replaceRows([...this.#rows, ...rows]);
  }

  /** Opens the mounts that the store has. They are not in the table yet. */
  async #readMounts(signal: AbortSignal | undefined): Promise<Restored> {
    const records = await loadMountRecords(this.#options.store, signal);
    const restored = await restoreMounts(records, {
      options: this.#options,
      trust: this.#follower.trust,
      context: this.#follower.context(signal),
      downloader: this.#downloader,
      events: this.#events,
    });
    this.#sequence = records.sequence;
    this.#active = restored.active;
    this.#intents = restored.intents;
    this.#held = restored.held;
    return restored;
  }

  // ---- probation

  /** Goes back to the last good mounts, all at once and without the network. */
  #giveUp(failure: ProbationFailure, reason: string | undefined, signal: AbortSignal | undefined): Promise<boolean> {
    return this.#changes.run(async () => {
      const given = await this.#probation.giveUp(failure, { reason, signal });
      if (given === undefined) return false;
      const before = new Map(this.#rows.map((row) => [row.mount.name, row]));
      const own = this.#rows.filter(({ mount }) => !this.#intents.has(mount.name));
      const restored = await this.#readMounts(signal);
      await this.#replaceRows([...own, ...restored.rows]);
      this.#report(before);
      this.#events.emit('rolledBack', given);
      return true;
    });
  }

  async #timeOut(): Promise<void> {
    try {
      await this.#giveUp('timeout', undefined, this.#life.signal);
    } catch (error) {
      if (!this.#life.signal.aborted) this.#events.emit('storeFailed', { error });
    }
  }

  // ---- the table

  get #rows(): readonly MountRow[] {
    return this.#table.current.rows;
  }

  #row(name: string): MountRow | undefined {
    return this.#rows.find(({ mount }) => mount.name === name);
  }

  #assertFree(name: string): void {
    if (this.#row(name) !== undefined || this.#intents.has(name)) throw nameTaken(name);
  }

  #assertOpen(): void {
    if (this.#life.signal.aborted) throw closedError('The runtime');
  }

  async #replaceRows(rows: readonly MountRow[]): Promise<void> {
    const layerOf = variantLayers(this.#active?.release.variants, this.#choice);
    const generation: Generation = await this.#table.replace(rows, ({ variant }) => layerOf(variant));
    this.#events.emit('generation', { number: generation.number });
  }

  async #addRow(row: MountRow): Promise<void> {
    this.#assertOpen();
    await this.#replaceRows([...this.#rows, row]);
    this.#events.emit('mounted', { mount: row.mount });
  }

  /** Runs a change that puts `content` into the table; closes it where the change fails. */
  #changeOrClose<T>(content: MountedContent, change: () => Promise<T>): Promise<T> {
    return this.#changes.run(async () => {
      try {
        return await change();
      } catch (error) {
        await content.close();
        throw error;
      }
    });
  }

  async #addArchive(options: AddMountOptions, archiveName: string): Promise<Mount> {
    const { name, allow, dataOnly = false, mode = 'download', signal } = options;
    const release = this.#inUse;
    if (release === undefined) throw this.#noRelease();
    const archive = release.release.archives.find((one) => one.name === archiveName);
    if (archive === undefined) throw noArchiveError(archiveName, release);
    if (mode === 'download') await this.#downloader.fetch(archive, { signal: this.#lifeOr(signal) });
    const isLocal = this.#downloader.isLocal(archive);
    const open = isLocal ? openStored : openRemote;
    const content = await open(archive, this.#options, signal);
    const mount = await this.#changeOrClose(content, async () => {
      this.#assertFree(name);
      if (this.#inUse?.digest !== release.digest) throw releaseChangedError(name);
      const wanted: WantedMount = {
        name,
        archive,
        priority: options.priority ?? archive.priority,
        mode,
        allow,
        dataOnly,
        isForRoot: false,
      };
      const isProbation = this.#probation.isAsked;
      const intent = await storeIntent(this.#options.store, { wanted, release: release.digest, isProbation }, signal);
      this.#adopt(release, new Map([...this.#intents, [name, intent]]));
      const row = rowOf(intent, archive, content, { release, isLocal, isProtected: this.#options.isProtected });
      await this.#addRow(row);
      await this.#probation.note(signal);
      return row.mount;
    });
    if (mode === 'both' && !isLocal) void this.#downloadBehind(name, archive);
    return mount;
  }

  #adopt(release: KnownRelease, intents: ReadonlyMap<string, MountIntent>): void {
    this.#active = release;
    this.#intents = intents;
    for (const { sequence } of intents.values()) this.#sequence = Math.max(this.#sequence, sequence);
  }

  /** Brings the bytes of a remote mount into the store and swaps it in place. Failure is an event; the mount stays remote. */
  async #downloadBehind(name: string, archive: ReleaseArchive): Promise<void> {
    try {
      await this.#downloader.fetch(archive, { signal: this.#life.signal });
      const content = await openStored(archive, this.#options, this.#life.signal);
      await this.#changeOrClose(content, async () => {
        const row = this.#row(name);
        if (row?.mount.digest !== archive.digest || row.mount.state === 'local') return content.close();
        const mount: Mount = { ...row.mount, state: 'local' };
        await this.#replaceRows(this.#rows.map((other) => (other === row ? { ...row, mount, content } : other)));
        this.#events.emit('mounted', { mount });
      });
    } catch (error) {
      if (!this.#life.signal.aborted) this.#events.emit('downloadFailed', { archive: archive.name, error });
    }
  }

  // ---- roots

  #plan(root: string): RootPlan {
    const release = this.#latest;
    if (release === undefined) throw this.#noRelease();
    return planRoot(root, release, this.#mounted());
  }

  #mounted(): Mounted {
    const otherNames = new Set(this.mounts().map(({ name }) => name));
    for (const name of this.#intents.keys()) otherNames.delete(name);
    const active = this.#intents.size > 0 ? this.#active?.digest : undefined;
    return { active, intents: this.#intents, held: this.#held, otherNames, variants: this.#choice };
  }

  #needs(root: string, archive: string): boolean {
    if (this.#active === undefined) return false;
    return neededArchives(root, this.#active, this.#choice).some(({ name }) => name === archive);
  }

  #lifeOr(signal: AbortSignal | undefined): AbortSignal {
    return signal === undefined ? this.#life.signal : AbortSignal.any([signal, this.#life.signal]);
  }

  async #download(plan: RootPlan, meter: ProgressMeter, signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    const missing = downloadsOf(plan).filter((archive) => !this.#downloader.isLocal(archive));
    for (const archive of missing) meter.plan(archive, this.#downloader.receivedBytes(archive));
    // One failure ends the others: `ensure` fails as a whole, and what has arrived stays for the next time.
    const stop = new AbortController();
    const any = AbortSignal.any([this.#lifeOr(signal), stop.signal]);
    const all = missing.map(async (archive) => {
      const onBytes = (receivedBytes: number): void => meter.note(archive, receivedBytes);
      const onReused = (reusedBytes: number): void => meter.reuse(reusedBytes);
      await this.#downloader.fetch(archive, { signal: any, onBytes, onReused });
      meter.note(archive, archive.sizeBytes);
    });
    try {
      await Promise.all(all);
    } catch (error) {
      stop.abort(error);
      await Promise.allSettled(all);
      throw error;
    }
  }

  /** Makes the plan true: opens, stores, swaps. `undefined`: the plan is outdated, or bytes must be fetched again. */
  async #apply(
    plan: RootPlan,
    repaired: Set<Digest>,
    signal: AbortSignal | undefined,
  ): Promise<readonly Mount[] | undefined> {
    this.#assertOpen();
    signal?.throwIfAborted();
    const current = this.#plan(plan.root);
    if (current.release.digest !== plan.release.digest) return undefined;
    if (downloadsOf(current).some((archive) => !this.#downloader.isLocal(archive))) return undefined;
    const opened = new Map<string, { content: MountedContent; isLocal: boolean }>();
    try {
      const required = new Set(neededArchives(plan.root, current.release, this.#choice).map(({ name }) => name));
      for (const wanted of current.mounts) {
        const content = await this.#openWanted(wanted, repaired, signal).catch((error: unknown) => {
          if (required.has(wanted.name) || isContentVerdict(error)) throw error;
          // Not this root's: it must not fail for it, and the mount is tried again the next time.
          this.#events.emit('mountDropped', { name: wanted.name, error, isKept: true });
          return undefined;
        });
        if (content === 'again') return await closeAll(opened);
        if (content !== undefined) opened.set(wanted.name, content);
      }
      return await this.#commit(current, opened, signal);
    } catch (error) {
      await closeAll(opened);
      throw error;
    }
  }

  /** Opens what the table does not have yet. `again`: stored bytes were broken and have been thrown away. */
  async #openWanted(
    wanted: WantedMount,
    repaired: Set<Digest>,
    signal: AbortSignal | undefined,
  ): Promise<{ content: MountedContent; isLocal: boolean } | 'again' | undefined> {
    const { archive, name, mode } = wanted;
    const existing = this.#row(name);
    const isLocal = this.#downloader.isLocal(archive);
    if (existing?.mount.digest === archive.digest && (existing.mount.state === 'local' || !isLocal)) return undefined;
    if (!isLocal && mode !== 'download') return { content: await openRemote(archive, this.#options, signal), isLocal };
    try {
      return { content: await openStored(archive, this.#options, signal), isLocal: true };
    } catch (error) {
      const isBroken = isLadingError(
        error,
        'ERR_VERIFY_DIGEST',
        'ERR_VERIFY_SIZE',
        'ERR_SOURCE_MISSING',
        'ERR_SOURCE_TRUNCATED',
      );
      if (!isBroken || repaired.has(archive.digest)) throw error;
      repaired.add(archive.digest);
      this.#events.emit('repaired', { archive: archive.name, error });
      await this.#downloader.forget(archive);
      return 'again';
    }
  }

  async #commit(
    plan: RootPlan,
    opened: ReadonlyMap<string, { content: MountedContent; isLocal: boolean }>,
    signal: AbortSignal | undefined,
  ): Promise<readonly Mount[]> {
    const { isProtected } = this.#options;
    const isProbation = this.#probation.isAsked;
    const intents = await storePlan(this.#options.store, { plan, former: this.#intents, isProbation }, signal);
    const before = new Map(this.#rows.map((row) => [row.mount.name, row]));
    const rows = this.#rows.filter(({ mount }) => !this.#intents.has(mount.name));
    for (const { name, archive } of plan.mounts) {
      const intent = intents.get(name);
      const existing = before.get(name);
      const same = existing?.mount.digest === archive.digest ? existing : undefined;
      const content = opened.get(name) ?? (same && { content: same.content, isLocal: same.mount.state === 'local' });
      if (intent === undefined) throw new Error('unreachable: a planned mount was not stored');
      if (content === undefined) continue; // It could not be opened; see #apply.
      rows.push(
        rowOf(intent, archive, content.content, { release: plan.release, isLocal: content.isLocal, isProtected }),
      );
    }
    this.#adopt(plan.release, intents);
    this.#held = plan.held;
    await this.#replaceRows(rows);
    this.#report(before);
    await this.#probation.note(signal);
    const needed = neededArchives(plan.root, plan.release, this.#choice);
    return needed.flatMap(({ name }) => this.#row(name)?.mount ?? []);
  }

  #report(before: ReadonlyMap<string, MountRow>): void {
    const after = new Map(this.#rows.map((row) => [row.mount.name, row]));
    for (const [name, { mount }] of before) if (!after.has(name)) this.#events.emit('unmounted', { mount });
    for (const [name, { mount, content }] of after) {
      if (before.get(name)?.content !== content) this.#events.emit('mounted', { mount });
    }
  }
}

function rowOf(
  intent: MountIntent,
  archive: ReleaseArchive,
  content: MountedContent,
  facts: {
    readonly release: KnownRelease;
    readonly isLocal: boolean;
    readonly isProtected: ResolvedRuntimeOptions['isProtected'];
  },
): MountRow {
  const allows = servedPaths(intent, facts.isProtected);
  return { mount: mountOf(intent, archive, { ...facts, entries: content.entries }), content, allows };
}

/** Opens the zip of a user. */
function openOwn(
  source: ByteSource | undefined,
  options: ResolvedRuntimeOptions,
  signal: AbortSignal | undefined,
): Promise<MountedContent> {
  if (source === undefined) throw new Error('unreachable: a mount of nothing');
  return openSource(source, options, { signal });
}

function without<T>(map: ReadonlyMap<string, T>, key: string): ReadonlyMap<string, T> {
  const rest = new Map(map);
  rest.delete(key);
  return rest;
}

async function closeAll(opened: ReadonlyMap<string, { readonly content: MountedContent }>): Promise<undefined> {
  await Promise.all([...opened.values()].map(({ content }) => content.close()));
  return undefined;
}
