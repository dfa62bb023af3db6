import { checkEverything } from './lib/check-everything.mjs';
import { ensureChromium } from './lib/chromium.mjs';
import { installDependencies } from './lib/install.mjs';

// `npm test [-- filter …]`: from a fresh clone to the last check, on a machine that has Node and npm.
await installDependencies();
await ensureChromium();
await checkEverything(process.argv.slice(2));
