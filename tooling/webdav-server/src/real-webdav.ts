import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { REAL_SERVERS } from './real-servers.js';
import { USER, type WebdavServer } from './webdav-server.js';

const run = promisify(execFile);

/** A server that may be installed here. */
export type RealWebdav = keyof typeof REAL_SERVERS;

/** Which real servers this machine has, with WebDAV. */
export async function findWebdavServers(): Promise<readonly RealWebdav[]> {
  const found: RealWebdav[] = [];
  for (const [name, { program, module }] of Object.entries(REAL_SERVERS)) {
    const look = `PATH="$PATH:/usr/sbin:/sbin" command -v ${program}${module === undefined ? '' : ` && test -e ${module}`}`;
    const isThere = await run('sh', ['-c', look]).then(
      () => true,
      () => false, // not installed: it is left out
    );
    if (isThere) found.push(name as RealWebdav);
  }
  return found;
}

/** Starts a throw-away server in a folder of its own under the system's temporary one; `stop` ends it and deletes the folder. */
export async function startRealWebdav(name: RealWebdav): Promise<WebdavServer> {
  const dir = await mkdtemp(join(tmpdir(), `lading-${name}-`));
  const port = await freePort();
  const { program, files, args } = REAL_SERVERS[name];
  await chmod(dir, 0o755); // workers run as another user
  for (const folder of ['root', 'run']) {
    await mkdir(join(dir, folder));
    await chmod(join(dir, folder), 0o777);
  }
  const place = { dir, port, passwords: await passwordLine() };
  for (const [file, text] of Object.entries(files(place))) await writeFile(join(dir, file), text);
  const output = await open(join(dir, 'run/output'), 'a');
  const child = spawn(program, args(place), {
    stdio: ['ignore', output.fd, output.fd],
    env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` },
  });
  await output.close();
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  const stop = async (): Promise<void> => {
    process.off('exit', kill);
    await endChild(child);
    await rm(dir, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    await waitForPort(port, child);
  } catch (error) {
    const said = await readFile(join(dir, 'run/output'), 'utf8');
    await stop();
    throw new Error(`${name} did not start. ${said.slice(-2_000)}`, { cause: error });
  }
  return { name, url: `http://127.0.0.1:${port}`, ...USER, stop };
}

/** A line of a password file, as all of these servers read it. */
async function passwordLine(): Promise<string> {
  const salt = randomBytes(6).toString('base64url').replace(/[-_]/g, 'x');
  const hash = await run('openssl', ['passwd', '-apr1', '-salt', salt, USER.password]);
  return `${USER.user}:${hash.stdout.trim()}\n`;
}

async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const patience = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await ended;
  clearTimeout(patience);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('unreachable: a TCP server has a port');
  return address.port;
}

async function waitForPort(port: number, child: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}`);
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (isOpen) return;
    await delay(100);
  }
  throw new Error(`no answer on port ${port} within 10 s`);
}
