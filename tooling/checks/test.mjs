import { ensureBrowsers } from './lib/browsers.mjs';
import { checkEverything } from './lib/check-everything.mjs';
import { installDependencies } from './lib/install.mjs';

// `npm test [-- filter …]`: from a fresh clone to the last check, on a machine that has Node and npm.
await installDependencies();
await ensureBrowsers();
await checkEverything(process.argv.slice(2));
