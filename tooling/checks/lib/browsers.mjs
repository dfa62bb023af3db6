import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run } from './run.mjs';

const BROWSERS = [
  { name: 'Chromium', programs: ['chromium', 'chromium-browser', 'google-chrome'], debian: 'chromium' },
  { name: 'Firefox', programs: ['firefox-esr', 'firefox'], debian: 'firefox-esr' },
];

/** Installs Debian's browsers for the browser tests where that is possible, and says what to do where it is not. */
export async function ensureBrowsers() {
  const missing = BROWSERS.filter(({ programs }) => !programs.some(findProgram));
  if (missing.length === 0) return;
  const names = missing.map(({ name }) => name).join(' and ');
  const packages = missing.map(({ debian }) => debian);
  if (process.getuid?.() !== 0 || !findProgram('apt-get')) {
    console.log(
      `No ${names} here: tests in them are skipped. Install them (Debian: apt-get install ${packages.join(' ')}).`,
    );
    return;
  }
  console.log(`Installing ${names} for the browser tests ...`);
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  const update = await run(['apt-get', 'update', '-qq'], { env });
  const install = await run(['apt-get', 'install', '-y', '-qq', '--no-install-recommends', ...packages], { env });
  if (install.code !== 0) {
    console.log(`${update.output}${install.output}\n${names} could not be installed: tests in them are skipped.`);
  }
}

function findProgram(program) {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.map((folder) => join(folder, program)).find((file) => existsSync(file));
}
