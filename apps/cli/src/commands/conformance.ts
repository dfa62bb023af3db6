import { answerVectorLine } from '@lading/conformance';
import type { Command } from 'commander';
import type { CommandContext, CommonOptions } from '../command-context.js';
import { withCommonOptions } from '../options.js';
import { readLines } from '../read-lines.js';
import type { Run } from '../run-program.js';

/** Longest request line: a 64 MiB file in base64, and room for the rest. */
const MAX_LINE_BYTES = 96 * 1024 * 1024;

/** Adds `lading conformance`. */
export function addConformanceCommand(program: Command, run: Run): void {
  withCommonOptions(program.command('conformance'))
    .description('answer test vectors: one JSON object a line on stdin, one answer a line on stdout')
    .addHelpText(
      'after',
      [
        '',
        'Requests: {"id", "op": "zip", "data": base64}, {"id", "op": "manifest", "data": base64}, {"id", "op": "graph", "text"},',
        '  {"id", "op": "signature", "algorithm": "ES256"|"Ed25519"|"RS256", "key", "message", "signature"} (base64), {"id", "op": "path", "path"}',
        'Answers:  {"id", "verdict": "accept", …} or {"id", "verdict": "reject", "code", "message"}',
        '',
        'Examples:',
        '  $ echo \'{"id": 1, "op": "path", "path": "/a/../b"}\' | lading conformance',
      ].join('\n'),
    )
    .action((options: CommonOptions) => run(options, answerVectors));
}

async function answerVectors(context: CommandContext): Promise<undefined> {
  for await (const line of readLines(context.stdin, MAX_LINE_BYTES)) {
    context.signal.throwIfAborted();
    if (line.trim() !== '') await context.write(`${await answerVectorLine(line)}\n`);
  }
  return undefined;
}
