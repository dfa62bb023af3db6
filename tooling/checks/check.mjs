import { checkEverything } from './lib/check-everything.mjs';

// `pnpm check [filter …]`: what `npm test` does, on a workspace that is installed.
await checkEverything(process.argv.slice(2));
