import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ResourceGraph } from '@lading/graph';
import {
  createDefoldManifest,
  MANIFEST_MEMBER,
  RESOURCE_BUNDLED,
  RESOURCE_EXCLUDED,
  serializeDefoldManifest,
  writeResourceHeader,
} from '@lading/manifest';
import { type ArchiveMember, writeCanonicalArchive } from '../../src/index.js';
import { type MadeNode, madeGraph } from './made-graph.js';

/** A made Defold build: two excluded levels that share a texture; nothing in it comes from a real game. */
export interface MadeGame {
  readonly folder: string;
  /** The Live Update zip. */
  readonly zip: string;
  readonly manifest: Uint8Array;
  readonly graph: ResourceGraph;
  /** Blobs with their resource header, by hexDigest. */
  readonly blobs: ReadonlyMap<string, Uint8Array>;
  /** hexDigest by path, for all excluded resources. */
  readonly digests: ReadonlyMap<string, string>;
}

const TEXTS: Readonly<Record<string, { text: string; needs?: readonly string[]; is?: MadeNode['is'] }>> = {
  '/main.collectionc': {
    text: 'main',
    needs: ['/one.collectionproxyc', '/two.collectionproxyc', '/ui.texturec'],
    is: 'entry',
  },
  '/ui.texturec': { text: 'ui' },
  '/one.collectionproxyc': { text: 'proxy one', needs: ['/one.collectionc'], is: 'proxy root' },
  '/two.collectionproxyc': { text: 'proxy two', needs: ['/two.collectionc'], is: 'proxy root' },
  '/one.collectionc': { text: 'level one', needs: ['/one.goc', '/shared.goc', '/ui.texturec', '/empty.a'] },
  '/one.goc': { text: 'a thing of level one'.repeat(20) },
  '/two.collectionc': { text: 'level two', needs: ['/two.goc', '/shared.goc', '/empty.b'] },
  '/two.goc': { text: 'a thing of level two'.repeat(30) },
  '/shared.goc': { text: 'shared thing', needs: ['/shared.texturec'] },
  '/shared.texturec': { text: 'pixels '.repeat(500) },
  // Equal bytes under two paths: one blob.
  '/empty.a': { text: '' },
  '/empty.b': { text: '' },
};

const BASE = new Set(['/main.collectionc', '/ui.texturec', '/one.collectionproxyc', '/two.collectionproxyc']);

const DEPENDANTS: Readonly<Record<string, readonly string[]>> = {
  '/one.collectionc': ['/one.goc', '/shared.goc', '/shared.texturec', '/empty.a'],
  '/two.collectionc': ['/two.goc', '/shared.goc', '/shared.texturec', '/empty.b'],
};

/** Makes the build in a folder under the system's temporary one. */
export async function madeGame(options: { readonly liveUpdate?: boolean } = {}): Promise<MadeGame> {
  const { liveUpdate = true } = options;
  const folder = mkdtempSync(join(tmpdir(), 'lading-game-'));
  const blobs = new Map<string, Uint8Array>();
  const digests = new Map<string, string>();
  const nodes = new Map<string, MadeNode>([
    ['/<AnonymousRoot>', { is: 'virtual entry', needs: ['/main.collectionc'] }],
  ]);
  const resources = Object.entries(TEXTS).map(([path, { text, needs, is }]) => {
    const payload = new TextEncoder().encode(text);
    const hexDigest = createHash('sha1').update(payload).digest('hex');
    const flags = BASE.has(path) || !liveUpdate ? RESOURCE_BUNDLED : RESOURCE_EXCLUDED;
    if (!BASE.has(path)) {
      digests.set(path, hexDigest);
      blobs.set(hexDigest, Buffer.concat([writeResourceHeader({ sizeBytes: payload.length, flags }), payload]));
    }
    nodes.set(path, { sizeBytes: payload.length, hexDigest, ...(needs && { needs }), ...(is && { is }) });
    return { url: path, hexDigest, sizeBytes: payload.length, flags, dependants: liveUpdate ? DEPENDANTS[path] : [] };
  });
  const manifest = serializeDefoldManifest(
    await createDefoldManifest({ projectTitle: 'made', engineVersions: ['', '1.11.2'], resources }),
  );
  const members = [...blobs].map(([name, bytes]) => ({ name, bytes }));
  const zip = join(folder, 'resources.zip');
  writeFileSync(zip, await zipOf([...members, { name: MANIFEST_MEMBER, bytes: manifest }]));
  return { folder, zip, manifest, graph: await madeGraph(nodes), blobs, digests };
}

/** A canonical archive in memory. */
export async function zipOf(members: Iterable<ArchiveMember>, deflate: 'auto' | 'never' = 'auto'): Promise<Buffer> {
  const chunks: Buffer[] = [];
  await writeCanonicalArchive(members, { write: (bytes) => void chunks.push(Buffer.from(bytes)) }, { deflate });
  return Buffer.concat(chunks);
}

/** Writes files into a new folder; keys are relative paths. */
export function madeFolder(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'lading-files-'));
  for (const [name, bytes] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), bytes);
  }
  return folder;
}

/** The error that a promise rejects with. */
export async function rejection(
  promise: Promise<unknown>,
): Promise<Error & { code?: string; details?: unknown; hint?: string }> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error('expected a rejection');
}
