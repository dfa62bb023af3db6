import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { folderSize } from './file-tree.js';
import {
  contentFolder,
  keysFolder,
  publishGallery,
  type Step,
  siteFolder,
  timed,
  writePageConfig,
} from './publish-gallery.js';
import { pullRoom } from './pull-room.js';
import { type LadingCommand, type LadingServer, serveFolder } from './run-lading.js';
import { serveEditions } from './serve-editions.js';
import { stepTable } from './step-table.js';

// `npm start`: makes the gallery, publishes it, pulls a room, and serves it all until Ctrl-C. `--once` ends before that.
const WORKSPACE = resolve(import.meta.dirname, '../../..');
const GALLERY = resolve(import.meta.dirname, '..');
const LADING: LadingCommand = [process.execPath, join(WORKSPACE, 'apps/cli/dist/lading.js')];
const DEFAULT_PORT = 4400;
const FOLDERS = {
  assets: join(GALLERY, 'build/assets'),
  page: join(WORKSPACE, 'apps/web-runtime/dist'),
  work: join(WORKSPACE, '.lading'),
};

const isOnce = process.argv.includes('--once');
const steps: Step[] = [await timed('assets', makeAssets), ...(await publishGallery(LADING, FOLDERS))];
const server = await serve();
try {
  steps.push(await timed('pull', () => pull(server)));
  console.log(`\n${stepTable(steps)}\n`);
  if (!isOnce) await serveUntilStopped(server);
} finally {
  await server.stop();
}

async function makeAssets(): Promise<Omit<Step, 'step' | 'ms'>> {
  const { status } = spawnSync(process.execPath, ['--import', 'tsx', join(GALLERY, 'src/make-assets.ts')], {
    cwd: GALLERY,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) throw new Error('The assets could not be made');
  const { files, bytes } = folderSize(FOLDERS.assets);
  return { what: `${files} files: pictures, sounds, rooms and their index`, bytes };
}

/** Takes the usual port, or a free one where that is taken. */
async function serve(): Promise<LadingServer> {
  const port = Number(process.env.PORT ?? DEFAULT_PORT);
  if (isOnce) return serveFolder(LADING, siteFolder(FOLDERS), 0);
  try {
    return await serveFolder(LADING, siteFolder(FOLDERS), port);
  } catch (error) {
    console.log(`Port ${port} is not free: ${String(error).split('\n')[1] ?? ''}`);
    return serveFolder(LADING, siteFolder(FOLDERS), 0);
  }
}

function pull({ url }: LadingServer): Promise<Omit<Step, 'step' | 'ms'>> {
  return pullRoom(LADING, {
    channel: new URL('content/channels/stable.json', url).href,
    room: '/rooms/harbour.json',
    keys: keysFolder(FOLDERS),
    to: join(FOLDERS.work, 'pulled'),
  });
}

async function serveUntilStopped({ url, ended }: LadingServer): Promise<void> {
  const editions = await serveEditions(LADING, FOLDERS, url);
  writePageConfig(FOLDERS, editions.url);
  console.log(`Published to ${contentFolder(FOLDERS)}`);
  console.log(`The gallery is open, until Ctrl-C:\n\n  ${url}\n`);
  const stopped = new Promise<void>((done) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => done());
  });
  await Promise.race([stopped, ended]);
  await editions.close();
}
