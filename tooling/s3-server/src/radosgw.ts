import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { cephConf } from './ceph-conf.js';
import { OTHER_USER, type S3Server, type S3User, USER } from './s3-server.js';

const run = promisify(execFile);
const PROGRAMS = ['ceph-mon', 'ceph-osd', 'ceph', 'ceph-authtool', 'monmaptool', 'radosgw-admin', 'radosgw'];

/** What `radosgw --version` says, or `undefined` where one of the programs is missing. */
export async function findRadosgw(): Promise<string | undefined> {
  try {
    for (const program of PROGRAMS) await run('sh', ['-c', `command -v ${program}`]);
    return (await run('radosgw', ['--version'])).stdout.trim();
  } catch {
    return undefined; // not installed: the caller takes the other server
  }
}

/**
 * Starts a throw-away Ceph gateway in a folder of its own under the system's temporary one. Touches no system
 * configuration. Takes 2 to 4 s. `stop` ends the three processes that this call started and deletes the folder.
 */
export async function startRadosgw(): Promise<S3Server> {
  const dir = await mkdtemp(join(tmpdir(), 'lading-radosgw-'));
  const [mon2, mon1, rgwPort] = [await freePort(), await freePort(), await freePort()];
  const fsid = randomUUID();
  const children: ChildProcess[] = [];
  const killAll = (): void => children.forEach((child) => void child.kill('SIGKILL'));
  process.once('exit', killAll);
  const stop = async (): Promise<void> => {
    process.off('exit', killAll);
    await Promise.all(children.map(endChild));
    await rm(dir, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    for (const folder of ['mon.a', 'osd.0', 'run', 'log']) await mkdir(join(dir, folder));
    await writeFile(join(dir, 'ceph.conf'), cephConf({ dir, fsid, monPorts: [mon2, mon1], rgwPort }));
    await startMonitor(dir, fsid, [mon2, mon1], children);
    await startStore(dir, children);
    for (const user of [USER, OTHER_USER]) await createUser(dir, user);
    children.push(daemon(dir, 'radosgw', ['-n', 'client.rgw.a']));
    await waitForPort(rgwPort);
  } catch (error) {
    await stop();
    throw error;
  }
  const version = (await findRadosgw())?.split(' ').slice(0, 3).join(' ') ?? 'radosgw';
  return {
    name: `radosgw (${version})`,
    kind: 'radosgw',
    endpoint: `http://127.0.0.1:${rgwPort}`,
    ...USER,
    other: OTHER_USER,
    stop,
  };
}

async function startMonitor(
  dir: string,
  fsid: string,
  ports: readonly [number, number],
  children: ChildProcess[],
): Promise<void> {
  const conf = join(dir, 'ceph.conf');
  const keyring = join(dir, 'keyring');
  const monmap = join(dir, 'monmap');
  await run('ceph-authtool', ['-C', keyring, '-n', 'mon.', '--gen-key', '--cap', 'mon', 'allow *']);
  await addKey(keyring, 'client.admin', { mon: 'allow *', osd: 'allow *', mgr: 'allow *' });
  await addKey(keyring, 'client.rgw.a', { mon: 'allow rw', osd: 'allow rwx' });
  await addKey(keyring, 'osd.0', { mon: 'allow profile osd', osd: 'allow *' });
  const address = `[v2:127.0.0.1:${ports[0]},v1:127.0.0.1:${ports[1]}]`;
  await run('monmaptool', ['--create', '--clobber', '--fsid', fsid, '--addv', 'a', address, monmap]);
  await run('ceph-mon', ['-c', conf, '-i', 'a', '--mkfs', '--monmap', monmap, '--keyring', keyring]);
  children.push(daemon(dir, 'ceph-mon', ['-i', 'a']));
}

async function startStore(dir: string, children: ChildProcess[]): Promise<void> {
  const conf = join(dir, 'ceph.conf');
  const uuid = randomUUID();
  await run('ceph', ['-c', conf, '--connect-timeout', '30', 'osd', 'new', uuid]);
  await run('ceph', ['-c', conf, '--connect-timeout', '30', 'auth', 'import', '-i', join(dir, 'keyring')]);
  await run('ceph-osd', ['-c', conf, '-i', '0', '--mkfs', '--osd-uuid', uuid]);
  children.push(daemon(dir, 'ceph-osd', ['-i', '0']));
}

async function addKey(keyring: string, name: string, caps: Readonly<Record<string, string>>): Promise<void> {
  const args = Object.entries(caps).flatMap(([service, cap]) => ['--cap', service, cap]);
  await run('ceph-authtool', [keyring, '-n', name, '--gen-key', ...args]);
}

async function createUser(dir: string, user: S3User): Promise<void> {
  const name = user.accessKeyId.toLowerCase();
  const keys = ['--access-key', user.accessKeyId, '--secret', user.secretAccessKey];
  const args = ['-c', join(dir, 'ceph.conf'), '-n', 'client.rgw.a', 'user', 'create'];
  await run('radosgw-admin', [...args, '--uid', name, '--display-name', name, ...keys], { timeout: 60_000 });
}

/** Runs in the foreground (`-f`), so that it ends with us. */
function daemon(dir: string, program: string, args: readonly string[]): ChildProcess {
  return spawn(program, ['-c', join(dir, 'ceph.conf'), '-f', ...args], { stdio: 'ignore' });
}

async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL'); // the store is in memory and the folder goes away: nothing to save
  await ended;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('unreachable: a TCP server has a port');
  return address.port;
}

async function waitForPort(port: number): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt++) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (isOpen) return;
    await delay(100);
  }
  throw new Error(`radosgw did not answer on port ${port} within 30 s`);
}
