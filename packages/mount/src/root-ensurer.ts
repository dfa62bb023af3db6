import { type Digest, isLadingError } from '@lading/manifest/client';
import { openRemote, openStored } from './archive-opener.js';
import { isContentVerdict } from './content-verdict.js';
import type { DownloadCall } from './download-flight.js';
import { keptRow, type OpenedArchive } from './kept-row.js';
import { storePlan } from './mount-records.js';
import type { MountRow } from './mount-table.js';
import type { PathPredicate } from './path-pattern.js';
import { pathsServed } from './paths-served.js';
import { ProgressMeter } from './progress-meter.js';
import { replaceKept } from './replace-kept.js';
import { neededArchives, type RootPlan, type WantedMount } from './root-plan.js';
import { ENSURE_PRIORITY } from './root-priority.js';
import type { Ensured, EnsureOptions } from './runtime.js';
import { releaseChangedError } from './runtime-errors.js';
import { optionError } from './runtime-options.js';
import { planOf, type RuntimeParts } from './runtime-parts.js';
import type { Mount } from './runtime-types.js';
import { downloadsOf, summaryOf } from './runtime-views.js';

/** How often a plan may turn out to be outdated by other calls before `ensure` gives up. */
const MAX_ROUNDS = 20;

/** What says that stored bytes are not there after all, or not the right ones: they are fetched again, once. */
const BROKEN = ['ERR_VERIFY_DIGEST', 'ERR_VERIFY_SIZE', 'ERR_SOURCE_MISSING', 'ERR_SOURCE_TRUNCATED'] as const;

type Opened = ReadonlyMap<string, OpenedArchive>;

/** Makes roots whole: plans, downloads, opens, keeps and swaps. */
export class RootEnsurer {
  readonly #parts: RuntimeParts;

  constructor(parts: RuntimeParts) {
    this.#parts = parts;
  }

  /** @param together - Counts the progress of several roots together. */
  async ensure(root: string, options: EnsureOptions, together?: ProgressMeter): Promise<Ensured> {
    const { signal, onProgress, priority = ENSURE_PRIORITY.normal } = options;
    if (!Number.isSafeInteger(priority)) throw optionError('priority', `must be a whole number, is ${priority}`);
    const meter = new ProgressMeter(onProgress);
    const meters = together === undefined ? [meter] : [meter, together];
    const repaired = new Set<Digest>();
    const caller = {};
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const plan = planOf(this.#parts, root);
      await this.#download(plan, meters, { signal, priority, caller });
      const mounts = await this.#parts.changes.run(() => this.#apply(plan, repaired, signal));
      if (mounts === undefined) continue; // Another call changed the plan, or bytes must be fetched again.
      const release = summaryOf(plan.release);
      if (release === undefined) throw new Error('unreachable: a plan without a release');
      const { reusedBytes } = meter;
      return { root, release, mounts, receivedBytes: meter.receivedBytes - reusedBytes, reusedBytes };
    }
    throw new Error(`unreachable: ensure found its plan outdated ${MAX_ROUNDS} times`);
  }

  async #download(plan: RootPlan, meters: readonly ProgressMeter[], call: DownloadCall): Promise<void> {
    call.signal?.throwIfAborted();
    const { downloads, shelf } = this.#parts;
    const missing = downloadsOf(plan).filter((archive) => !shelf.isLocal(archive));
    for (const meter of meters)
      for (const archive of missing) meter.plan(archive, plan.root, shelf.receivedBytes(archive));
    // One failure ends the others: `ensure` fails as a whole, and what has arrived stays for the next time.
    const stop = new AbortController();
    const signal = AbortSignal.any([this.#parts.lifeOr(call.signal), stop.signal]);
    const all = missing.map(async (archive) => {
      const onBytes = (receivedBytes: number): void => {
        for (const meter of meters) meter.note(archive, receivedBytes);
      };
      const onReused = (reusedBytes: number): void => {
        for (const meter of meters) meter.reuse(archive, reusedBytes);
      };
      await downloads.fetch(archive, { ...call, signal, onBytes, onReused });
      onBytes(archive.sizeBytes);
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
    const { shelf } = this.#parts;
    this.#parts.assertOpen();
    signal?.throwIfAborted();
    const current = planOf(this.#parts, plan.root);
    if (current.release.digest !== plan.release.digest) return undefined;
    if (downloadsOf(current).some((archive) => !shelf.isLocal(archive))) return undefined;
    const opened = new Map<string, OpenedArchive>();
    try {
      if ((await this.#openAll(current, opened, { repaired, signal })) === 'again') return await closeAll(opened);
      return (await this.#commit(current, opened, signal)) ?? (await closeAll(opened));
    } catch (error) {
      await closeAll(opened);
      throw error;
    }
  }

  /** Opens what the table does not have yet. `again`: stored bytes were broken and have been thrown away. */
  async #openAll(
    plan: RootPlan,
    opened: Map<string, OpenedArchive>,
    { repaired, signal }: { readonly repaired: Set<Digest>; readonly signal: AbortSignal | undefined },
  ): Promise<'again' | undefined> {
    const { mounts, events } = this.#parts;
    const required = new Set(neededArchives(plan.root, plan.release, mounts.choice).map(({ name }) => name));
    for (const wanted of plan.mounts) {
      const content = await this.#open(wanted, repaired, signal).catch((error: unknown) => {
        if (required.has(wanted.name) || isContentVerdict(error)) throw error;
        // Not this root's: it must not fail for it, and the mount is tried again the next time.
        events.emit('mountDropped', { name: wanted.name, error, isKept: true });
        return undefined;
      });
      if (content === 'again') return content;
      if (content !== undefined) opened.set(wanted.name, content);
    }
    return undefined;
  }

  async #open(
    { archive, name, mode }: WantedMount,
    repaired: Set<Digest>,
    signal: AbortSignal | undefined,
  ): Promise<OpenedArchive | 'again' | undefined> {
    const { mounts, shelf, options, events } = this.#parts;
    const existing = mounts.row(name);
    const isLocal = shelf.isLocal(archive);
    if (existing?.mount.digest === archive.digest && (existing.mount.state === 'local' || !isLocal)) return undefined;
    if (!isLocal && mode !== 'download') return { content: await openRemote(archive, options, signal), isLocal };
    try {
      return { content: await openStored(archive, options, signal), isLocal: true };
    } catch (error) {
      if (!isLadingError(error, ...BROKEN) || repaired.has(archive.digest)) throw error;
      repaired.add(archive.digest);
      events.emit('repaired', { archive: archive.name, error });
      await shelf.forget(archive);
      return 'again';
    }
  }

  /** `undefined`: another process has moved on to a newer release, which is known here too by now. */
  async #commit(
    plan: RootPlan,
    opened: Opened,
    signal: AbortSignal | undefined,
  ): Promise<readonly Mount[] | undefined> {
    const { mounts, options, probation } = this.#parts;
    const former = mounts.intents;
    const allowed = new Map<string, PathPredicate | undefined>();
    for (const wanted of plan.mounts) allowed.set(wanted.name, await pathsServed(wanted, options.isProtected));
    const beginTrial = await probation.trialStart();
    const intents = await storePlan(options.store, { plan, former, beginTrial }, signal);
    if (intents === undefined) {
      await this.#parts.follower.reload(signal);
      if (this.#parts.latest?.digest === plan.release.digest) throw releaseChangedError(plan.root);
      return undefined;
    }
    const rows = plan.mounts.flatMap(({ name, archive }): readonly MountRow[] => {
      const intent = intents.get(name);
      if (intent === undefined) throw new Error('unreachable: a planned mount was not stored');
      const existing = mounts.row(name);
      const same = existing?.mount.digest === archive.digest ? existing : undefined;
      const content = opened.get(name) ?? (same && { content: same.content, isLocal: same.mount.state === 'local' });
      if (content === undefined) return []; // It could not be opened; see #openAll.
      return [keptRow(intent, archive, { ...content, release: plan.release, allows: allowed.get(name) })];
    });
    mounts.adopt(plan.release, intents, plan.held);
    await replaceKept(this.#parts, former, rows);
    await probation.note(signal);
    const needed = neededArchives(plan.root, plan.release, mounts.choice);
    return needed.flatMap(({ name }) => mounts.row(name)?.mount ?? []);
  }
}

async function closeAll(opened: Opened): Promise<undefined> {
  await Promise.all([...opened.values()].map(({ content }) => content.close()));
  return undefined;
}
