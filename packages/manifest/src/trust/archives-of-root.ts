import type { Release, ReleaseArchive } from './release-document.js';
import { type VariantChoice, variantLayers } from './release-variants.js';

/**
 * The archives that a root needs of a release, under a choice of variants: those without a variant, and those of the wanted
 * ones. In the order of the release: lower priorities first, what more roots share before the root's own.
 *
 * @returns `undefined` where the release has no such root.
 * @example
 * archivesOfRoot(release, '/levels/1.json', { resolution: 'low' })?.map(({ name }) => name);
 */
export function archivesOfRoot(
  release: Release,
  root: string,
  choice: VariantChoice = {},
): readonly ReleaseArchive[] | undefined {
  if (!Object.hasOwn(release.roots, root)) return undefined;
  const layerOf = variantLayers(release.variants, choice);
  const byName = new Map(release.archives.map((archive) => [archive.name, archive]));
  return (release.roots[root]?.archives ?? []).flatMap((name) => {
    const archive = byName.get(name);
    return archive !== undefined && layerOf(archive.variant) >= 0 ? [archive] : [];
  });
}
