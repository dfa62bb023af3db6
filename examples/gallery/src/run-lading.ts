import { type ChildProcess, spawn } from 'node:child_process';

/** How the CLI is started: program and first arguments. */
export type LadingCommand = readonly [string, ...string[]];

/** What `--json` printed. */
export type LadingResult = Readonly<Record<string, unknown>>;

/** Runs one command of the CLI and gives the document it prints with `--json`. Throws with its words where it fails. */
export async function runLading(lading: LadingCommand, ...args: readonly string[]): Promise<LadingResult> {
  const child = startLading(lading, ...args);
  const [stdout, stderr] = await Promise.all([collect(child.stdout), collect(child.stderr)]);
  const code = child.exitCode ?? (await new Promise<number | null>((resolve) => child.once('close', resolve)));
  if (code === 0) return JSON.parse(stdout);
  throw new Error(`lading ${args.join(' ')} ended with ${code}\n${stdout}${stderr}`);
}

/** A running `lading serve`. */
export interface LadingServer {
  /** Ends with `/`. */
  readonly url: string;
  /** Ends when the server does. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

/** Starts `lading serve` on a folder and waits until it answers. */
export async function serveFolder(lading: LadingCommand, folder: string, port: number): Promise<LadingServer> {
  const child = startLading(lading, 'serve', folder, '--port', String(port));
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const stderr = collect(child.stderr);
  const url = await Promise.race([firstUrl(child), ended.then(() => undefined)]);
  if (url === undefined) throw new Error(`lading serve ended before it served\n${await stderr}`);
  return {
    url: url.endsWith('/') ? url : `${url}/`,
    ended,
    stop: async () => {
      child.kill('SIGINT');
      await ended;
    },
  };
}

function startLading([program, ...first]: LadingCommand, ...args: readonly string[]): ChildProcess {
  return spawn(program, [...first, ...args, '--json'], { stdio: ['ignore', 'pipe', 'pipe'] });
}

async function collect(stream: NodeJS.ReadableStream | null): Promise<string> {
  const chunks: Buffer[] = [];
  if (stream) for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString();
}

async function firstUrl(child: ChildProcess): Promise<string | undefined> {
  let text = '';
  for await (const chunk of child.stdout ?? []) {
    text += String(chunk);
    const [line, rest] = text.split('\n', 2);
    if (line !== undefined && rest !== undefined) return (JSON.parse(line) as { url: string }).url;
  }
  return undefined;
}
