import {
  archivesOfRoot,
  type Digest,
  type ReleaseArchive,
  type VariantChoice,
  variantLayers,
} from '@lading/manifest/client';
import { MountError } from './mount-error.js';
import type { MountIntent, MountMode } from './mount-intent.js';
import { printableName } from './source-name.js';
import type { KnownRelease } from './trust-state.js';

/** A mount that there should be. */
export interface WantedMount {
  readonly name: string;
  readonly archive: ReleaseArchive;
  readonly priority: number;
  readonly mode: MountMode;
  readonly allow: readonly string[] | undefined;
  readonly dataOnly: boolean;
  readonly isForRoot: boolean;
}

/** What `ensure` of a root comes down to. */
export interface RootPlan {
  readonly root: string;
  readonly release: KnownRelease;
  /** All mounts from releases that there are after it: they come from this one release. */
  readonly mounts: readonly WantedMount[];
  /** Mounts that are taken away, because the release does not have their archives any more. */
  readonly dropped: readonly string[];
  /** Roots that are whole after it. */
  readonly held: readonly string[];
}

/** What is mounted now, as far as it came from a release. */
export interface Mounted {
  readonly active: Digest | undefined;
  readonly intents: ReadonlyMap<string, MountIntent>;
  readonly held: readonly string[];
  /** Names of mounts that come from no release. */
  readonly otherNames: ReadonlySet<string>;
  /** Which variants the app wants. */
  readonly variants: VariantChoice;
}

/**
 * Plans the mounts after `ensure(root)`. Pure. Everything comes from one release: where the mounted archives are of an
 * older one, all of them are carried over with it, so that old and new never mix. Variants that are not wanted any more go,
 * unless another root that was made whole has nothing else.
 *
 * @throws MountError `ERR_ROOT_NOT_FOUND`; `ERR_MOUNT_EXISTS` where the root needs a name that another mount has.
 */
export function planRoot(root: string, release: KnownRelease, mounted: Mounted): RootPlan {
  const archives = new Map(release.release.archives.map((archive) => [archive.name, archive]));
  const needed = neededArchives(root, release, mounted.variants);
  const isSameRelease = mounted.active === undefined || mounted.active === release.digest;
  const held = mounted.held.filter((name) => name !== root && hasRoot(release, name));
  const wanted = new Map<string, WantedMount>();
  const dropped: string[] = [];
  for (const intent of mounted.intents.values()) {
    if (intent.isForRoot && !isSameRelease) continue; // Its root, if still held, brings its successor below.
    const archive = archives.get(intent.archive);
    if (archive !== undefined) wanted.set(intent.name, { ...intent, archive });
  }
  const others = isSameRelease ? [] : held.flatMap((name) => neededArchives(name, release, mounted.variants));
  for (const archive of [...others, ...needed]) {
    if (mounted.otherNames.has(archive.name)) throw nameTaken(archive.name);
    addRootArchive(wanted, archive);
  }
  for (const left of leftOvers(release, [...wanted.values()], held, mounted.variants)) wanted.delete(left);
  for (const { name } of mounted.intents.values()) if (!wanted.has(name)) dropped.push(name);
  return { root, release, mounts: [...wanted.values()], dropped, held: [...held, root].sort() };
}

/** Names of mounts of variants that are not wanted, and that no root needs until its wanted ones are there. */
function leftOvers(
  release: KnownRelease,
  mounts: readonly WantedMount[],
  held: readonly string[],
  choice: VariantChoice,
): string[] {
  const layerOf = variantLayers(release.release.variants, choice);
  const unwanted = mounts.filter(({ isForRoot, archive }) => isForRoot && layerOf(archive.variant) < 0);
  if (unwanted.length === 0) return [];
  const there = new Set(mounts.map(({ archive }) => archive.name));
  const waiting = held.filter((root) => !neededArchives(root, release, choice).every(({ name }) => there.has(name)));
  const kept = new Set(waiting.flatMap((root) => release.release.roots[root]?.archives ?? []));
  return unwanted.filter(({ archive }) => !kept.has(archive.name)).map(({ name }) => name);
}

function addRootArchive(wanted: Map<string, WantedMount>, archive: ReleaseArchive): void {
  const { name, priority } = archive;
  const existing = wanted.get(name);
  if (existing !== undefined && existing.archive.name !== name) throw nameTaken(name);
  // A mount that the game made of this archive keeps its priority and allow-list; its bytes become local.
  if (existing !== undefined) wanted.set(name, { ...existing, mode: 'download' });
  else
    wanted.set(name, { name, archive, priority, mode: 'download', allow: undefined, dataOnly: false, isForRoot: true });
}

/** The archives that a root needs, of the wanted variants. @throws MountError `ERR_ROOT_NOT_FOUND` */
export function neededArchives(root: string, release: KnownRelease, choice: VariantChoice): readonly ReleaseArchive[] {
  const found = archivesOfRoot(release.release, root, choice);
  if (found !== undefined) return found;
  const { roots } = release.release;
  const known = Object.keys(roots).sort();
  const shown = known.slice(0, 20).join(', ');
  throw new MountError('ERR_ROOT_NOT_FOUND', `Release ${release.release.version} has no root ${printableName(root)}`, {
    details: { root: printableName(root), roots: known.slice(0, 100) },
    hint: known.length === 0 ? 'It has no roots at all.' : `It has: ${shown}${known.length > 20 ? ', …' : ''}`,
  });
}

function hasRoot({ release }: KnownRelease, root: string): boolean {
  return Object.hasOwn(release.roots, root);
}

/** Says that a name is taken by another mount. */
export function nameTaken(name: string): MountError {
  return new MountError('ERR_MOUNT_EXISTS', `There is a mount with the name ${printableName(name)} already`, {
    details: { name: printableName(name) },
    hint: 'Remove it first, or choose another name.',
  });
}
