import { join } from 'node:path';
import { buildPage } from './build-page.js';

// `pnpm build`: the deployable page in `dist`.
await buildPage(join(import.meta.dirname, '../../dist'));
