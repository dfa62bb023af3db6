import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readWorkspacePackages } from '../sources/workspace-packages.js';
import { WORKSPACE_ROOT } from '../workspace-root.js';
import type { RunnableFence } from './readme-fences.js';

const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
const TIMEOUT_MS = 60_000;

/** A folder as a reader of the documents has it: the packages in `node_modules`, `lading` and `npx lading` to run. */
export interface ReaderFolder {
  run(fence: RunnableFence): SpawnSyncReturns<string>;
  remove(): void;
}

/** Makes a reader's folder whose packages are the sources of this workspace. */
export function createReaderFolder(): ReaderFolder {
  const folder = mkdtempSync(join(tmpdir(), 'lading-reader-'));
  for (const { name, folder: source, isPrivate } of readWorkspacePackages(WORKSPACE_ROOT)) {
    if (!isPrivate) link(join(WORKSPACE_ROOT, source), join(folder, 'node_modules', name));
  }
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n');
  const bin = writePrograms(folder);
  return {
    run: (fence) => (fence.language === 'ts' ? runTypeScript(folder, fence) : runShell(folder, bin, fence)),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function link(target: string, path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(target, path);
}

function writePrograms(folder: string): string {
  const bin = join(folder, '.bin');
  const program = join(WORKSPACE_ROOT, 'apps/cli/dist/lading.js');
  mkdirSync(bin);
  writeProgram(join(bin, 'lading'), `exec '${process.execPath}' '${program}' "$@"`);
  writeProgram(
    join(bin, 'npx'),
    '[ "$1" = lading ] || { echo "only npx lading runs here" >&2; exit 1; }\nshift\nexec lading "$@"',
  );
  return bin;
}

function writeProgram(file: string, body: string): void {
  writeFileSync(file, `#!/bin/sh\n${body}\n`);
  chmodSync(file, 0o755);
}

function runTypeScript(folder: string, { code, line }: RunnableFence): SpawnSyncReturns<string> {
  const file = join(folder, `example-${line}.ts`);
  writeFileSync(file, code);
  return run(folder, process.execPath, ['--import', TSX, '--conditions=@lading/source', file], {});
}

function runShell(folder: string, bin: string, { code }: RunnableFence): SpawnSyncReturns<string> {
  const path = `${bin}${delimiter}${process.env.PATH ?? ''}`;
  return run(folder, 'bash', ['-euo', 'pipefail', '-c', code], { PATH: path });
}

function run(cwd: string, command: string, args: readonly string[], env: NodeJS.ProcessEnv): SpawnSyncReturns<string> {
  const quiet = { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true', NODE_OPTIONS: '' };
  return spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    timeout: TIMEOUT_MS,
    env: { ...process.env, ...quiet, ...env },
  });
}
