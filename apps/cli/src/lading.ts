#!/usr/bin/env node
import { createProgram } from './program.js';
import { runProgram } from './run-program.js';

// The AWS SDK's notice about Node 20 is for us, who pin its version, not for who publishes.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

// A reader that went away (`| head`) is found out by the write itself; the event must not end the process.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

process.exitCode = await runProgram(createProgram, process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  stdin: process.stdin,
  env: process.env,
  cwd: process.cwd(),
  now: () => new Date(),
  onInterrupt: (listener) => {
    let isSecond = false;
    const onSignal = (): void => {
      // Whoever asks twice does not want to wait for the clean-up.
      if (isSecond) process.exit(130);
      isSecond = true;
      listener();
    };
    process.on('SIGINT', onSignal);
    process.on('SIGTERM', onSignal);
    return () => {
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
    };
  },
});
