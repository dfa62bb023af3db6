/** A root, as far as it matters who signs what. */
export interface ModelRoot {
  readonly version: number;
  readonly root: string;
  readonly channel: string;
  readonly release: string;
  readonly signers: readonly string[];
}

/** A release under its digest. */
export interface ModelRelease {
  readonly digest: string;
  readonly sequence: number;
  readonly createdMs: number;
  readonly signers: readonly string[];
}

/** A channel document. */
export interface ModelChannel {
  readonly digest: string;
  readonly signer: string;
  readonly sequence: number;
  readonly root: number;
  readonly expiresMs: number;
  readonly release: { readonly digest: string; readonly sequence: number };
  readonly revoked: readonly string[];
}

/** What the network shows at one moment. */
export interface ModelView {
  readonly roots: ReadonlyMap<number, ModelRoot>;
  readonly channel: ModelChannel | undefined;
  readonly releases: ReadonlyMap<string, ModelRelease>;
}

/** What a store keeps of trust; everything that a runtime may lose with its process is not in it. */
export interface ModelStore {
  root: ModelRoot;
  floor: { sequence: number; digest: string | undefined; releaseSequence: number; seenMs: number };
  latest: { digest: string; revoked: readonly string[] } | undefined;
  /** The release that the mounts come from, and whether there are mounts to bring back. */
  active: string | undefined;
  hasMounts: boolean;
  releases: Map<string, ModelRelease>;
}

/** The killed process has written so much and no more. */
export class Killed extends Error {}

/**
 * One look at the network, as it should be: what it says, and what the store holds after it. `writes` is how many changes of the
 * store the process lives to make. It knows no bytes, no keys and no signatures, only who signed.
 */
export function modelLook(
  store: ModelStore,
  view: ModelView,
  { nowMs, before, writes = Number.POSITIVE_INFINITY }: { nowMs: number; before: string | undefined; writes?: number },
): string {
  let left = writes;
  const write = (change: () => void): void => {
    if (left-- <= 0) throw new Killed();
    change();
  };
  for (;;) {
    const former = store.root;
    const next = view.roots.get(former.version + 1);
    if (next === undefined) break;
    if (!next.signers.includes(former.root) || !next.signers.includes(next.root)) return 'ERR_TRUST_SIGNATURE';
    write(() => {
      store.root = next;
      if (next.channel !== former.channel)
        Object.assign(store.floor, { sequence: 0, digest: undefined, releaseSequence: 0 });
      if (next.release !== former.release) Object.assign(store.floor, { releaseSequence: 0, seenMs: 0 });
    });
  }
  const { root, floor } = store;
  const { channel } = view;
  if (channel === undefined) return 'ERR_NO_CHANNEL';
  if (channel.signer !== root.channel) return 'ERR_TRUST_SIGNATURE';
  if (channel.root > root.version) return 'ERR_TRUST_ROOT';
  if (channel.sequence < floor.sequence || channel.release.sequence < floor.releaseSequence)
    return 'ERR_TRUST_ROLLBACK';
  const isSame = channel.sequence === floor.sequence && floor.digest !== undefined;
  if (isSame && floor.digest !== channel.digest) return 'ERR_TRUST_EQUIVOCATION';
  if (channel.expiresMs <= Math.max(nowMs, floor.seenMs)) return 'stale';
  const { digest } = channel.release;
  const isRight = (one: ModelRelease | undefined): boolean => one?.signers.includes(root.release) === true;
  const kept = store.releases.get(digest);
  const release = isRight(kept) ? kept : view.releases.get(digest);
  if (release === undefined) return 'ERR_SOURCE_MISSING';
  if (!isRight(release)) return 'ERR_TRUST_SIGNATURE';
  const seenMs = Math.max(floor.seenMs, release.createdMs);
  write(() => {
    store.floor = {
      sequence: channel.sequence,
      digest: channel.digest,
      releaseSequence: channel.release.sequence,
      seenMs,
    };
  });
  write(() => {
    store.latest = { digest, revoked: channel.revoked };
    store.releases.set(digest, release);
    dropReleases(store);
  });
  return before === digest ? 'unchanged' : 'adopted';
}

/** What a new process mounts: the release of the last mounts, where its key is still trusted and its channel has not revoked it. */
export function modelRestart(store: ModelStore): string | undefined {
  const { active, root, releases, latest } = store;
  if (!store.hasMounts || active === undefined) return undefined;
  const isTrusted = releases.get(active)?.signers.includes(root.release) === true;
  store.hasMounts = isTrusted && latest?.revoked.includes(active) !== true;
  return store.hasMounts ? active : undefined;
}

/** The newest release that a new process knows. */
export function modelLatest({ latest, releases, root }: ModelStore): ModelStore['latest'] {
  return latest !== undefined && releases.get(latest.digest)?.signers.includes(root.release) === true
    ? latest
    : undefined;
}

/** Everything of a release is here: the mounts come from it now, unless another process has moved on. */
export function modelMount(store: ModelStore, digest: string): boolean {
  if (digest !== store.latest?.digest && digest !== store.active) return false;
  store.active = digest;
  store.hasMounts = true;
  dropReleases(store);
  return true;
}

/** The stores that there may be with one of these latest releases: whoever was overtaken keeps nothing, and says so. */
export function modelSettled(
  stores: readonly ModelStore[],
  isKept: (latest: ModelStore['latest']) => boolean,
): ModelStore[] {
  const of = stores.find(({ latest }) => isKept(latest));
  return stores.flatMap((store) => {
    if (of === undefined) return [];
    const settled = { ...store, latest: of.latest, releases: new Map([...store.releases, ...of.releases]) };
    dropReleases(settled);
    return [settled];
  });
}

function dropReleases(store: ModelStore): void {
  for (const digest of [...store.releases.keys()]) {
    if (digest !== store.latest?.digest && digest !== store.active) store.releases.delete(digest);
  }
}
