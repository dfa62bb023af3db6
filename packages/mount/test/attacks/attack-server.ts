import { type FileServer, type FileServerHook, serveFiles } from '@lading/fixtures';
import type { Files } from './transcript.js';

/** Puts a layout under a prefix of its own and gives the prefix; `hook` may answer in its place. */
export type ServeVisit = (files: Files, options?: { hook?: FileServerHook; isElsewhere?: boolean }) => string;

/** Two servers: one that apps read from, and one of another origin, which any page may read. */
export interface AttackServer {
  readonly main: FileServer;
  /** What the main server has, to add a page to. */
  readonly files: Map<string, Uint8Array>;
  readonly serve: ServeVisit;
  close(): Promise<void>;
}

/** Starts the servers of the attacks that have to go over HTTP. */
export async function startAttackServer(): Promise<AttackServer> {
  const places = await Promise.all([startPlace(), startPlace()]);
  const [main, elsewhere] = places;
  let count = 0;
  return {
    main: main.server,
    files: main.files,
    serve(files, { hook, isElsewhere = false } = {}) {
      const { server, files: all, hooks } = isElsewhere ? elsewhere : main;
      const id = `visit-${++count}`;
      for (const [key, bytes] of Object.entries(files)) all.set(`${id}/${key}`, bytes);
      if (hook !== undefined) hooks.set(id, hook);
      return `${server.url}${id}/`;
    },
    close: async () => {
      await Promise.all(places.map(({ server }) => server.close()));
    },
  };
}

interface Place {
  readonly server: FileServer;
  readonly files: Map<string, Uint8Array>;
  readonly hooks: Map<string, FileServerHook>;
}

async function startPlace(): Promise<Place> {
  const files = new Map<string, Uint8Array>();
  const hooks = new Map<string, FileServerHook>();
  const server = await serveFiles(files);
  server.hook = (request, response, key) => {
    response.setHeader('access-control-allow-origin', '*');
    response.setHeader('cache-control', 'no-store');
    const [id = '', ...rest] = key.split('/');
    return hooks.get(id)?.(request, response, rest.join('/')) ?? false;
  };
  return { server, files, hooks };
}
