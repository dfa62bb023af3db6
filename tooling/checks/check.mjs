import { checkEverything } from './lib/check-everything.mjs';

// `pnpm check`: what `npm test` does, on a workspace that is installed.
await checkEverything();
