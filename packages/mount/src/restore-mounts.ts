import type { JsonValue, ReleaseArchive } from '@lading/manifest';
import { openRemote, openStored } from './archive-opener.js';
import type { ArchiveShelf } from './archive-shelf.js';
import { isContentVerdict } from './content-verdict.js';
import { MountError } from './mount-error.js';
import { MOUNT_RECORDS, type MountIntent, readIntent } from './mount-intent.js';
import type { MountRecords } from './mount-records.js';
import type { MountRow } from './mount-table.js';
import { pathsServed } from './paths-served.js';
import { assertCompatible, assertNotRevoked } from './release-compat.js';
import type { RuntimeEmitter } from './runtime-events.js';
import type { ResolvedRuntimeOptions } from './runtime-options.js';
import { mountOf } from './runtime-views.js';
import { printableName } from './source-name.js';
import { loadRelease } from './stored-release.js';
import type { KnownRelease, TrustContext, TrustState } from './trust-state.js';

/** What restoring needs. */
export interface RestoreContext {
  readonly options: ResolvedRuntimeOptions;
  readonly trust: TrustState | undefined;
  readonly context: TrustContext;
  readonly shelf: ArchiveShelf;
  readonly events: RuntimeEmitter;
}

/** The mounts of an earlier session that may serve again. */
export interface Restored {
  readonly active: KnownRelease | undefined;
  readonly rows: readonly MountRow[];
  /** With those that could not be opened this time. */
  readonly intents: ReadonlyMap<string, MountIntent>;
  readonly held: readonly string[];
}

/**
 * Brings back the mounts of the last session. Each is checked before it serves: its release still verifies, is not
 * revoked and is for this app; its archive is in the release and in the store, with the signed directory. One that fails
 * is reported and dropped; the others are not affected. Where the network or the disk failed, which is no verdict on the
 * mount, its intent stays.
 */
export async function restoreMounts(records: MountRecords, restore: RestoreContext): Promise<Restored> {
  const release = await releaseToRestore(records, restore);
  const rows: MountRow[] = [];
  const intents = new Map<string, MountIntent>();
  const broken: string[] = [];
  for (const [name, value] of records.mounts) {
    let intent: MountIntent | undefined;
    try {
      if ('error' in release) throw release.error;
      intent = readRecord(name, value);
      rows.push(await restoreOne(intent, release.known, restore));
      intents.set(name, intent);
    } catch (error) {
      restore.context.signal?.throwIfAborted();
      const isKept = !isContentVerdict(error);
      if (!isKept) broken.push(name);
      else if (intent !== undefined) intents.set(name, intent); // The next `ensure` tries it again.
      restore.events.emit('mountDropped', { name, error, isKept });
    }
  }
  await forget(broken, restore);
  const active = 'error' in release ? undefined : release.known;
  const held = active === undefined ? [] : records.held.filter((root) => isWhole(root, active, intents));
  return { active, rows, intents, held };
}

async function releaseToRestore(
  { active }: MountRecords,
  { options, trust, context }: RestoreContext,
): Promise<{ readonly known: KnownRelease } | { readonly error: unknown }> {
  try {
    const known =
      active === undefined || trust === undefined ? undefined : await loadRelease(active, trust.root, context);
    if (known === undefined) throw lostRelease(active);
    assertNotRevoked(known, trust?.revoked ?? []);
    await assertCompatible(known, options);
    return { known };
  } catch (error) {
    if (!isContentVerdict(error)) throw error; // The store cannot be read: no reason to take anything away.
    return { error };
  }
}

function readRecord(name: string, value: JsonValue): MountIntent {
  const intent = readIntent(value);
  if (intent.name === name) return intent;
  throw new MountError('ERR_STORE_CORRUPT', `Record of mount ${printableName(name)} is that of another mount`);
}

async function restoreOne(intent: MountIntent, release: KnownRelease, restore: RestoreContext): Promise<MountRow> {
  const archive = archiveToRestore(intent, release);
  const isLocal = restore.shelf.isLocal(archive);
  const open = isLocal || intent.mode === 'download' ? openStored : openRemote;
  const allows = await pathsServed(intent, restore.options.isProtected);
  const content = await open(archive, restore.options, restore.context.signal);
  return { mount: mountOf(intent, archive, { release, isLocal, entries: content.entries }), content, allows };
}

function archiveToRestore(intent: MountIntent, { release, digest }: KnownRelease): ReleaseArchive {
  const archive = release.archives.find((one) => one.name === intent.archive && one.digest === intent.digest);
  if (archive !== undefined && intent.release === digest) return archive;
  throw new MountError(
    'ERR_STORE_CORRUPT',
    `Mount ${printableName(intent.name)} does not belong to the active release`,
    {
      details: { name: printableName(intent.name), release: intent.release },
    },
  );
}

/** Whether a root has what it needs whatever the choice is: which variants come with it is seen to by the next `ensure`. */
function isWhole(root: string, { release }: KnownRelease, intents: ReadonlyMap<string, MountIntent>): boolean {
  if (!Object.hasOwn(release.roots, root)) return false;
  const mounted = new Set([...intents.values()].map(({ archive }) => archive));
  const isVariant = new Set(release.archives.flatMap(({ name, variant }) => (variant === undefined ? [] : [name])));
  return (release.roots[root]?.archives ?? []).every((name) => mounted.has(name) || isVariant.has(name));
}

async function forget(names: readonly string[], { options, events, context }: RestoreContext): Promise<void> {
  if (names.length === 0) return;
  try {
    await options.store.transaction(
      (records) => {
        for (const name of names) records.delete(MOUNT_RECORDS.mount(name));
      },
      { signal: context.signal },
    );
  } catch (error) {
    context.signal?.throwIfAborted();
    events.emit('storeFailed', { error }); // They are dropped again at the next start.
  }
}

function lostRelease(active: string | undefined): MountError {
  return new MountError(
    'ERR_STORE_CORRUPT',
    'The release that the mounts come from is not stored, or not trusted any more',
    {
      details: { release: active ?? null },
      hint: 'Call ensure() for the roots that you need; they come from the current release then.',
    },
  );
}
