import { cpSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { WORKSPACE_ROOT } from '../workspace-root.js';
import { AREAS } from './workspace-packages.js';

const NOT_COPIED = /\/(node_modules|dist|build|\.turbo)(\/|$)/;

/** A copy of this workspace's sources in a temporary folder, to plant faults in. */
export interface PlantedWorkspace {
  readonly root: string;
  /** Writes a file that was not there and gives its path back. */
  plant(path: string, text: string): string;
}

/** Copies every source of the workspace, without what is installed or built. */
export function copyWorkspace(): PlantedWorkspace {
  const root = mkdtempSync(join(tmpdir(), 'lading-planted-'));
  for (const area of AREAS) {
    cpSync(join(WORKSPACE_ROOT, area), join(root, area), { recursive: true, filter: (path) => !NOT_COPIED.test(path) });
  }
  for (const name of ['tsconfig.json', 'package.json']) {
    writeFileSync(join(root, name), readFileSync(join(WORKSPACE_ROOT, name)));
  }
  symlinkSync(join(WORKSPACE_ROOT, 'node_modules'), join(root, 'node_modules'));
  return {
    root,
    plant: (path, text) => {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text, { flag: 'wx' });
      return path;
    },
  };
}
