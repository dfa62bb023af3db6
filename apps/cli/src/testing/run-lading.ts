import { Readable, Writable } from 'node:stream';
import { createProgram } from '../program.js';
import { runProgram } from '../run-program.js';

/** What one call of the command line gave. */
export interface LadingRun {
  readonly exitCode: number;
  readonly stdout: Uint8Array;
  readonly stderr: string;
  /** stdout as text. */
  readonly text: string;
  /** stdout as the JSON document that `--json` promises. */
  json<T = Record<string, unknown>>(): T;
}

/** What a test sets for one call. */
export interface LadingRunOptions {
  readonly cwd: string;
  readonly stdin?: string | undefined;
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  readonly now?: Date | undefined;
  /** Gets a function that does what Ctrl-C does. */
  readonly onStart?: ((interrupt: () => void) => void) | undefined;
}

/** Runs the command line in this process, from its sources, through the same door as the `lading` file. */
export async function runLading(args: readonly string[], options: LadingRunOptions): Promise<LadingRun> {
  const out: Uint8Array[] = [];
  const err: Uint8Array[] = [];
  const exitCode = await runProgram(createProgram, args, {
    stdout: collector(out),
    stderr: collector(err),
    stdin: Readable.from([Buffer.from(options.stdin ?? '')]) as unknown as NodeJS.ReadStream,
    env: options.env ?? {},
    cwd: options.cwd,
    now: () => options.now ?? new Date(),
    onInterrupt: (listener) => {
      options.onStart?.(listener);
      return () => undefined;
    },
  });
  const stdout = new Uint8Array(Buffer.concat(out));
  const text = Buffer.from(stdout).toString('utf8');
  return { exitCode, stdout, stderr: Buffer.concat(err).toString('utf8'), text, json: <T>() => JSON.parse(text) as T };
}

function collector(chunks: Uint8Array[]): NodeJS.WriteStream {
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(new Uint8Array(chunk));
      done();
    },
  });
  return stream as unknown as NodeJS.WriteStream;
}
