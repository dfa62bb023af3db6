import type { WorkspacePackage } from './workspace-packages.js';

/** Which part of a package a file belongs to: its neutral core, or an adapter folder beside it. */
export type Layer = 'core' | 'node' | 'web';

/** Where a file of the workspace stands. */
export interface SourcePlace {
  /** Path relative to the top of the workspace, with `/`. */
  readonly path: string;
  readonly package: WorkspacePackage;
  readonly layer: Layer;
  /** `source` is what gets published; tests and configs are freer. */
  readonly kind: 'source' | 'test' | 'config';
}

const ADAPTER_LAYERS: readonly Layer[] = ['node', 'web'];

/** Finds the place of a file, or nothing where it belongs to no package (`vitest.config.ts` at the top). */
export function placeOf(path: string, packages: readonly WorkspacePackage[]): SourcePlace | undefined {
  const owner = packages.find(({ folder }) => path.startsWith(`${folder}/`));
  if (!owner) return undefined;
  const inside = path.slice(owner.folder.length + 1);
  return { path, package: owner, layer: layerOf(owner, inside), kind: kindOf(inside) };
}

/** The layer that an entry name of a package (`.`, `./node`) leads to. */
export function layerOfEntry(entry: string): Layer {
  return ADAPTER_LAYERS.find((layer) => entry === `./${layer}`) ?? 'core';
}

function layerOf(owner: WorkspacePackage, inside: string): Layer {
  if (owner.area !== 'packages') return 'core';
  return ADAPTER_LAYERS.find((layer) => inside.startsWith(`src/${layer}/`)) ?? 'core';
}

function kindOf(inside: string): SourcePlace['kind'] {
  if (/\.config\.ts$/.test(inside)) return 'config';
  if (/\.(test|test-d|fixture)\.ts$/.test(inside) || /^(test|src\/testing)\//.test(inside)) return 'test';
  return inside.startsWith('src/') ? 'source' : 'config';
}
