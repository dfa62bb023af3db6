import type { Digest, ReleaseArchive } from '@lading/manifest';
import type { ByteSource } from './byte-source.js';
import type { ContentOrigin } from './content-origin.js';
import { isContentVerdict } from './content-verdict.js';
import { type DeltaPart, type DeltaPlan, type LocalMember, plainHeader, planDelta } from './delta-plan.js';
import type { ArchiveStore } from './mount-store.js';
import type { Archive } from './zip/archive.js';
import type { ArchiveCodecs } from './zip/codecs.js';
import { openArchive } from './zip/open-archive.js';

/** What a delta needs. */
export interface DeltaContext {
  readonly origin: ContentOrigin;
  readonly archives: ArchiveStore;
  /** Archives of an older release that are in the store: where members may be taken from. Their directories are signed. */
  readonly local: readonly ReleaseArchive[];
  readonly codecs: ArchiveCodecs;
  readonly signal: AbortSignal;
}

/** An archive that can be composed, ready to be read from any byte on. */
export interface Delta {
  readonly plan: DeltaPlan;
  /** Bytes that came from the origin so far, the directory included. */
  readonly fetchedBytes: number;
  /** The bytes of the archive from `offset` to its end. */
  stream(offset: number): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}

/** Smaller archives are fetched whole: a delta costs two requests at least. */
const LEAST_BYTES = 64 * 1024;
/** What a request is worth in bytes. */
const REQUEST_BYTES = 16 * 1024;
/** Remote stretches are fetched in pieces of this size, several at a time. */
const PIECE_BYTES = 1024 * 1024;
const PIECES_AHEAD = 4;
/** How many archives are looked into for members. */
const MAX_SOURCES = 256;

/**
 * Looks whether an archive can be composed of what is here for clearly less than a download of it. One request, for the
 * directory, which is checked against the signed digest; then members are looked up by the digests of their stored bytes.
 *
 * Nothing is promised by it: the archive is still checked as a whole before anybody sees it.
 *
 * @returns `undefined` where the whole archive is the better download.
 */
export async function openDelta(archive: ReleaseArchive, context: DeltaContext): Promise<Delta | undefined> {
  const { origin, local, codecs, signal } = context;
  if (archive.sizeBytes < LEAST_BYTES || local.length === 0) return undefined;
  const { sizeBytes } = archive;
  const remote = new CountedSource(await origin.open(archive.key, { sizeBytes, signal }));
  const sources = new LocalMembers(archive, context);
  try {
    const directory = { ...archive.directory, entries: archive.entries };
    const target = await openArchive(remote, { directory, codecs, signal });
    const wanted = digestsOf(target);
    await sources.find(wanted);
    const plan = planDelta(target, (digest) => sources.of(digest));
    const costBytes = plan.remoteBytes + plan.requests * REQUEST_BYTES;
    if (plan.localBytes > 0 && costBytes < 0.9 * archive.directory.offset)
      return new ComposedArchive(archive, { plan, remote, sources, signal });
    await sources.close();
    await remote.close();
    return undefined;
  } catch (error) {
    await sources.close();
    await remote.close();
    throw error;
  }
}

function digestsOf(target: Archive): Set<Digest> {
  const digests = new Set<Digest>();
  for (let entry = 0; entry < target.entries; entry++) {
    const { digest } = target.infoOf(entry);
    if (digest !== undefined) digests.add(digest);
  }
  return digests;
}

/** Members of local archives by digest. */
class LocalMembers {
  readonly #target: ReleaseArchive;
  readonly #context: DeltaContext;
  readonly #members = new Map<Digest, LocalMember>();
  readonly #open: Archive[] = [];

  constructor(target: ReleaseArchive, context: DeltaContext) {
    this.#target = target;
    this.#context = context;
  }

  /** Looks into archives, the one of the same name first, until every digest is found or none is left to look into. */
  async find(wanted: ReadonlySet<Digest>): Promise<void> {
    const isSame = ({ name }: ReleaseArchive): number => (name === this.#target.name ? 0 : 1);
    const order = this.#context.local.toSorted((a, b) => isSame(a) - isSame(b)).slice(0, MAX_SOURCES);
    for (const archive of order) {
      if (this.#members.size === wanted.size) return;
      const opened = await this.#openLocal(archive);
      if (opened !== undefined) this.#take(opened, wanted);
    }
  }

  of(digest: Digest): LocalMember | undefined {
    return this.#members.get(digest);
  }

  async close(): Promise<void> {
    await Promise.all(this.#open.splice(0).map((archive) => archive.close()));
  }

  /** `undefined` where the archive is not there after all, or broken: its members are fetched then. */
  async #openLocal({ digest, directory, entries }: ReleaseArchive): Promise<Archive | undefined> {
    const { archives, codecs, signal } = this.#context;
    const source = await archives.open(digest, { signal });
    if (source === undefined) return undefined;
    try {
      const opened = await openArchive(source, { directory: { ...directory, entries }, codecs, signal });
      this.#open.push(opened);
      return opened;
    } catch (error) {
      await source.close?.();
      if (!isContentVerdict(error)) throw error;
      return undefined;
    }
  }

  #take(archive: Archive, wanted: ReadonlySet<Digest>): void {
    for (let entry = 0; entry < archive.entries; entry++) {
      const { digest } = archive.infoOf(entry);
      if (digest !== undefined && wanted.has(digest) && !this.#members.has(digest))
        this.#members.set(digest, { archive, entry });
    }
  }
}

interface Composition {
  readonly plan: DeltaPlan;
  readonly remote: CountedSource;
  readonly sources: LocalMembers;
  readonly signal: AbortSignal;
}

class ComposedArchive implements Delta {
  readonly plan: DeltaPlan;
  readonly #archive: ReleaseArchive;
  readonly #composition: Composition;

  constructor(archive: ReleaseArchive, composition: Composition) {
    this.plan = composition.plan;
    this.#archive = archive;
    this.#composition = composition;
  }

  get fetchedBytes(): number {
    return this.#composition.remote.fetchedBytes;
  }

  async *stream(offset: number): AsyncGenerator<Uint8Array> {
    const { offset: end, sizeBytes } = this.#archive.directory;
    const pieces = [...this.plan.parts, { kind: 'remote', offset: end, sizeBytes } as const]
      .flatMap(piecesOf)
      .filter((piece) => piece.offset + piece.sizeBytes > offset);
    const ahead = new ReadAhead(pieces, (piece) => this.#bytesOf(piece));
    for (const piece of pieces) {
      const bytes = await ahead.next();
      yield piece.offset < offset ? bytes.subarray(offset - piece.offset) : bytes;
    }
  }

  async close(): Promise<void> {
    await this.#composition.sources.close();
    await this.#composition.remote.close();
  }

  async #bytesOf(piece: DeltaPart): Promise<Uint8Array> {
    const { remote, signal } = this.#composition;
    // A signal of its own: many reads at a time would all listen to one.
    const own = AbortSignal.any([signal]);
    const fetched = (): Promise<Uint8Array> => remote.read(piece.offset, piece.sizeBytes, { signal: own });
    if (piece.kind === 'remote') return fetched();
    const { entry, member } = piece;
    try {
      const data = await member.archive.readStored(member.entry, { signal: own });
      const bytes = new Uint8Array(piece.sizeBytes);
      const header = plainHeader(entry);
      bytes.set(header);
      bytes.set(data, header.length);
      return bytes;
    } catch (error) {
      if (!isContentVerdict(error)) throw error;
      return fetched(); // What is here has rotted; what is there has not.
    }
  }
}

function piecesOf(part: DeltaPart): DeltaPart[] {
  if (part.kind === 'local') return [part];
  const count = Math.ceil(part.sizeBytes / PIECE_BYTES);
  return Array.from({ length: count }, (_, i) => {
    const offset = part.offset + i * PIECE_BYTES;
    return { kind: 'remote', offset, sizeBytes: Math.min(PIECE_BYTES, part.offset + part.sizeBytes - offset) };
  });
}

/** Reads remote pieces a little ahead, so that a round trip does not stand between two of them; local ones when it is their turn. */
class ReadAhead {
  readonly #pieces: readonly DeltaPart[];
  readonly #read: (piece: DeltaPart) => Promise<Uint8Array>;
  readonly #started = new Map<number, Promise<Uint8Array>>();
  #next = 0;
  #looked = 0;

  constructor(pieces: readonly DeltaPart[], read: (piece: DeltaPart) => Promise<Uint8Array>) {
    this.#pieces = pieces;
    this.#read = read;
  }

  async next(): Promise<Uint8Array> {
    this.#lookAhead();
    const index = this.#next++;
    const piece = this.#pieces[index];
    if (piece === undefined) throw new Error('unreachable: a piece behind the last one');
    const bytes = await (this.#started.get(index) ?? this.#read(piece));
    this.#started.delete(index);
    return bytes;
  }

  #lookAhead(): void {
    for (; this.#started.size < PIECES_AHEAD && this.#looked < this.#pieces.length; this.#looked++) {
      const piece = this.#pieces[this.#looked];
      if (piece?.kind !== 'remote') continue;
      const bytes = this.#read(piece);
      bytes.catch(() => undefined); // Reported where it is waited for.
      this.#started.set(this.#looked, bytes);
    }
  }
}

/** Counts what is fetched, and keeps the directory, which is read first and written last. */
class CountedSource implements ByteSource {
  readonly name: string;
  readonly sizeBytes: number;
  fetchedBytes = 0;
  readonly #source: ByteSource;
  #kept: { readonly offset: number; readonly bytes: Uint8Array<ArrayBuffer> } | undefined;

  constructor(source: ByteSource) {
    this.#source = source;
    this.name = source.name;
    this.sizeBytes = source.sizeBytes;
  }

  async read(offset: number, length: number, options = {}): Promise<Uint8Array<ArrayBuffer>> {
    const kept = this.#kept;
    if (kept !== undefined && offset >= kept.offset && offset + length <= kept.offset + kept.bytes.length)
      return kept.bytes.slice(offset - kept.offset, offset - kept.offset + length);
    const bytes = await this.#source.read(offset, length, options);
    this.fetchedBytes += length;
    this.#kept ??= { offset, bytes: bytes.slice() };
    return bytes;
  }

  async close(): Promise<void> {
    await this.#source.close?.();
  }
}
