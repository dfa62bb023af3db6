import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { mustRun } from './run.mjs';
import { hashFiles, pnpm, ROOT, stamp } from './workspace.mjs';

const OLDEST_NODE = [20, 19];

/** Installs the workspace's dependencies where `node_modules` is missing or made from another lockfile. */
export async function installDependencies() {
  assertNode();
  const wanted = hashFiles('pnpm-lock.yaml', 'pnpm-workspace.yaml');
  const installed = stamp('lockfile');
  if (existsSync(join(ROOT, 'node_modules', '.modules.yaml')) && installed.read() === wanted) return;
  console.log('Installing dependencies ...');
  await mustRun('Installation', pnpm('install', '--frozen-lockfile', '--prefer-offline'));
  installed.write(wanted);
}

/** Builds every package, page and program that changed since the last build. */
export async function build() {
  console.log('Building ...');
  await mustRun('The build', pnpm('exec', 'turbo', 'run', 'build', '--output-logs=errors-only'));
}

function assertNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) return;
  process.stderr.write(`Node ${OLDEST_NODE.join('.')} or newer is needed; this is ${process.versions.node}.\n`);
  process.exit(1);
}
