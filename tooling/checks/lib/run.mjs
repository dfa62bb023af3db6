import { spawn } from 'node:child_process';
import { ROOT } from './workspace.mjs';

const QUIET = {
  CI: 'true', // pnpm then asks nothing, which matters where there is no terminal
  DO_NOT_TRACK: '1',
  TURBO_TELEMETRY_DISABLED: '1',
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  npm_config_update_notifier: 'false',
};

/**
 * Runs a command in the workspace and gives its exit code, its output and how long it took.
 * With `show`, the output goes to the screen instead.
 */
export function run([command, ...args], { show = false, env = {}, cwd = ROOT } = {}) {
  const startedAt = performance.now();
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...QUIET, ...env },
    stdio: ['ignore', show ? 'inherit' : 'pipe', show ? 'inherit' : 'pipe'],
  });
  const chunks = [];
  child.stdout?.on('data', (chunk) => chunks.push(chunk));
  child.stderr?.on('data', (chunk) => chunks.push(chunk));
  return new Promise((resolve) => {
    const end = (code, extra = '') =>
      resolve({ code, output: Buffer.concat(chunks).toString() + extra, ms: performance.now() - startedAt });
    child.on('error', (error) => end(127, `${command}: ${error.message}\n`));
    child.on('close', (code, signal) => end(code ?? 1, signal ? `${command}: ended by ${signal}\n` : ''));
  });
}

/** Runs a command that must succeed; ends the process with its output where it does not. */
export async function mustRun(what, commandLine, options) {
  const { code, output } = await run(commandLine, options);
  if (code === 0) return;
  process.stderr.write(`${output}\n${what} failed (exit ${code}): ${commandLine.join(' ')}\n`);
  process.exit(1);
}
