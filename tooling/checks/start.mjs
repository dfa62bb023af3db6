import { spawn } from 'node:child_process';
import { build, installDependencies } from './lib/install.mjs';
import { ROOT } from './lib/workspace.mjs';

// `npm start`: from a fresh clone to the example game on a page. `npm start -- --once` ends when the work is done.
await installDependencies();
await build();

const args = ['--import', 'tsx', 'examples/gallery/src/start.ts', ...process.argv.slice(2)];
const gallery = spawn(process.execPath, args, { cwd: ROOT, stdio: 'inherit' });
// Ctrl-C reaches the gallery by itself; it closes the server and then ends, and so does this.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => gallery.kill(signal));
gallery.on('close', (code) => {
  process.exitCode = code ?? 1;
});
