import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run } from './run.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/** Path of the machine's Chromium, or undefined. */
export function findChromium() {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find((file) => existsSync(file));
}

/** Installs Debian's Chromium for the browser tests where that is possible, and says what to do where it is not. */
export async function ensureChromium() {
  if (findChromium()) return;
  if (!canInstall()) {
    console.log('No Chromium here: the browser tests are skipped. Install it (Debian: apt-get install chromium).');
    return;
  }
  console.log('Installing Chromium for the browser tests ...');
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  const update = await run(['apt-get', 'update', '-qq'], { env });
  const install = await run(['apt-get', 'install', '-y', '-qq', '--no-install-recommends', 'chromium'], { env });
  if (install.code !== 0) {
    console.log(`${update.output}${install.output}\nChromium could not be installed: the browser tests are skipped.`);
  }
}

function canInstall() {
  return process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
}
