import { serveEngine } from './engine-site.js';

// `pnpm start <engine>`: the page of an engine and its content, until Ctrl-C.

const [engine = 'phaser'] = process.argv.slice(2);
const { server } = await serveEngine(engine);
console.log(`${engine}: ${server.url}`);
