import {
  bytesToHex,
  type DefoldManifest,
  type DefoldResource,
  hashResourcePath,
  RESOURCE_BUNDLED,
  RESOURCE_EXCLUDED,
} from '@lading/manifest';
import type { GraphAssembly } from '../build/graph-assembly.js';
import { quoted } from '../quoted.js';
import { entryPath, storedBytes } from './manifest-entry.js';

/**
 * Joins the nodes of a graph with the entries of the manifest of the same build: by url where the entry has one, else
 * by the hash of the path.
 */
export class ManifestJoin {
  readonly #manifest: DefoldManifest;
  readonly #assembly: GraphAssembly;
  readonly #byUrl: Map<string, number> = new Map();
  readonly #byHash: Map<bigint, number> = new Map();
  readonly #isJoined: Uint8Array;

  constructor(manifest: DefoldManifest, assembly: GraphAssembly) {
    this.#manifest = manifest;
    this.#assembly = assembly;
    this.#isJoined = new Uint8Array(manifest.resources.length);
    for (const [index, entry] of manifest.resources.entries()) {
      if (entry.url === '') this.#byHash.set(entry.urlHash, index);
      else this.#byUrl.set(entry.url, index);
    }
  }

  /** The stored size of a node; reports where the manifest does not have it, or has it with another digest. */
  sizeOf(number: number, digest: Uint8Array | undefined): number {
    const path = this.#assembly.textOf(number);
    const index =
      this.#byUrl.get(path) ?? (this.#byHash.size > 0 ? this.#byHash.get(hashResourcePath(path)) : undefined);
    const entry = index === undefined ? undefined : this.#manifest.resources[index];
    if (index === undefined || entry === undefined) {
      // A node without digest was never archived, so it has no entry either.
      if (digest !== undefined) this.#report(path, 'is in the graph but not in the manifest');
      return -1;
    }
    this.#isJoined[index] = 1;
    const hexDigest = digest === undefined ? undefined : bytesToHex(digest);
    if (hexDigest !== undefined && hexDigest !== entry.hexDigest)
      this.#report(path, `has the digest ${hexDigest} in the graph and ${entry.hexDigest} in the manifest`);
    return storedBytes(entry, this.#manifest);
  }

  /** Adds what only the manifest has: custom resources, which the app finds by name and which are never excluded. */
  finish(): void {
    for (const [index, entry] of this.#manifest.resources.entries()) {
      if (this.#isJoined[index] === 1) continue;
      if ((entry.flags & RESOURCE_EXCLUDED) !== 0)
        this.#report(`/resources/${index}`, `${quoted(entryPath(entry))} is excluded, but no node of the graph`);
      else this.#addCustom(entry);
    }
  }

  #addCustom(entry: DefoldResource): void {
    this.#assembly.addNode({
      path: entryPath(entry),
      hexDigest: entry.hexDigest,
      sizeBytes: knownSize(storedBytes(entry, this.#manifest)),
      isEntry: true,
      isBundled: (entry.flags & RESOURCE_BUNDLED) !== 0,
    });
  }

  #report(path: string, problem: string): void {
    this.#assembly.addProblem(path, problem, 'ERR_GRAPH_MANIFEST');
  }
}

function knownSize(sizeBytes: number): number | undefined {
  return sizeBytes < 0 ? undefined : sizeBytes;
}
