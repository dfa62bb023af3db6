import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Folders of the workspace that hold packages. */
export const AREAS = ['packages', 'apps', 'tooling', 'examples'] as const;

/** A package of this workspace. */
export interface WorkspacePackage {
  readonly name: string;
  readonly area: (typeof AREAS)[number];
  /** Folder relative to the top of the workspace, with `/`: `packages/mount`. */
  readonly folder: string;
  readonly isPrivate: boolean;
  /** What is there at run time for who installs the package: dependencies and peer dependencies. */
  readonly dependencies: ReadonlySet<string>;
  /** Names of the entries that others may import: `.`, `./node`. */
  readonly entries: ReadonlySet<string>;
}

interface PackageJson {
  readonly name: string;
  readonly private?: boolean;
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** Reads the package.json of every package in the workspace at `root`, in a fixed order. */
export function readWorkspacePackages(root: string): readonly WorkspacePackage[] {
  return AREAS.filter((area) => existsSync(join(root, area))).flatMap((area) =>
    readdirSync(join(root, area))
      .toSorted()
      .map((name) => `${area}/${name}`)
      .filter((folder) => existsSync(join(root, folder, 'package.json')))
      .map((folder) => readWorkspacePackage(root, area, folder)),
  );
}

function readWorkspacePackage(root: string, area: WorkspacePackage['area'], folder: string): WorkspacePackage {
  const json: PackageJson = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
  return {
    name: json.name,
    area,
    folder,
    isPrivate: json.private === true,
    dependencies: new Set([...Object.keys(json.dependencies ?? {}), ...Object.keys(json.peerDependencies ?? {})]),
    entries: new Set(Object.keys(json.exports ?? {})),
  };
}
