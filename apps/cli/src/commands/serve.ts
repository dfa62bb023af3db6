import { resolve } from 'node:path';
import { serveFolder } from '@lading/publisher/node';
import type { Command } from 'commander';
import type { CommandContext, CommonOptions } from '../command-context.js';
import { portNumber, withCommonOptions } from '../options.js';
import type { Run } from '../run-program.js';

interface ServeOptions extends CommonOptions {
  readonly port: number;
  readonly host: string;
  readonly profile?: string;
}

/** Adds `lading serve`. */
export function addServeCommand(program: Command, run: Run): void {
  withCommonOptions(program.command('serve'))
    .description('serve a folder over HTTP with ranges, CORS and right headers, until Ctrl-C')
    .argument('<dir>', 'folder')
    .option('--port <n>', 'port; 0 takes a free one', portNumber, 8080)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--profile <name>', 'throttle like a network: slow-3g, 3g, 4g')
    .addHelpText(
      'after',
      '\nExamples:\n  $ lading serve dist/content\n  $ lading serve dist/content --port 0 --profile 3g',
    )
    .action((dir: string, options: ServeOptions) => run(options, (context) => serve(context, dir, options)));
}

async function serve(context: CommandContext, dir: string, options: ServeOptions): Promise<undefined> {
  const { port, host, profile } = options;
  const server = await serveFolder(resolve(context.cwd, dir), { port, host, profile, signal: context.signal });
  try {
    await context.write(context.isJson ? `${JSON.stringify({ url: server.url, dir })}\n` : `${server.url}\n`);
    context.note('Serving until Ctrl-C.');
    await untilAborted(context.signal);
  } finally {
    await server.close();
  }
  return undefined;
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    if (signal.aborted) done();
    else signal.addEventListener('abort', () => done(), { once: true });
  });
}
