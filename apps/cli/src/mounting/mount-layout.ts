import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { archivesOfRoot, type Release, type ReleaseArchive, type VariantChoice, variantLayers } from '@lading/manifest';
import { createRuntime, MountError, memoryStore } from '@lading/mount';
import { fileSource, nodeCodecs } from '@lading/mount/node';
import { openReleaseFolder } from '@lading/publisher/node';
import type { CommandContext } from '../command-context.js';
import type { OpenMounts, OpenMountsOptions } from './open-mounts.js';

const CHUNK_BYTES = 1024 * 1024;

/** Mounts the release of a folder that `split` wrote. There is no channel to follow: archives are checked whole first. */
export async function mountLayout(
  context: CommandContext,
  dir: string,
  { trust, root, variants }: OpenMountsOptions,
): Promise<OpenMounts> {
  const { signal, now } = context;
  const { release } = await openReleaseFolder(dir, { trust, signal });
  const store = memoryStore();
  const runtime = await createRuntime({ store, now, codecs: nodeCodecs, signal });
  try {
    for (const archive of archivesToMount(release, root, variants)) {
      await assertWhole(join(dir, archive.key), archive, signal);
      const source = await fileSource(join(dir, archive.key), { signal });
      await runtime.addMount({ name: archive.name, priority: archive.priority, source, signal });
    }
  } catch (error) {
    await runtime.close();
    throw error;
  }
  return { runtime, close: () => runtime.close() };
}

/** Those of the wanted variants, the better ones later: of equal priorities the later mount wins. */
function archivesToMount(
  release: Release,
  root: string | undefined,
  variants: VariantChoice | undefined,
): readonly ReleaseArchive[] {
  const layerOf = variantLayers(release.variants, variants);
  const archives =
    root === undefined ? release.archives : (archivesOfRoot(release, root, variants) ?? release.archives);
  return archives
    .filter(({ variant }) => layerOf(variant) >= 0)
    .sort((a, b) => layerOf(a.variant) - layerOf(b.variant));
}

async function assertWhole(file: string, archive: ReleaseArchive, signal: AbortSignal): Promise<void> {
  const source = await fileSource(file, { signal });
  try {
    const hash = createHash('sha256');
    for (let offset = 0; offset < source.sizeBytes; offset += CHUNK_BYTES) {
      hash.update(await source.read(offset, Math.min(CHUNK_BYTES, source.sizeBytes - offset), { signal }));
    }
    const actual = `sha256:${hash.digest('hex')}`;
    if (actual === archive.digest) return;
    throw new MountError('ERR_VERIFY_DIGEST', `${archive.key} is not the archive of the release`, {
      details: { file, expected: archive.digest, actual },
      hint: 'lading verify names the member that differs.',
    });
  } finally {
    await source.close?.();
  }
}
