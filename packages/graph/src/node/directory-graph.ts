import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { GraphError } from '../graph-error.js';
import type { GraphBuilder, GraphSource } from '../graph-source.js';
import { quoted } from '../quoted.js';
import { gltfScanner } from '../scan/gltf-scanner.js';
import { jsonScanner } from '../scan/json-scanner.js';
import { resolveReference } from '../scan/resolve-reference.js';
import type { ScannedReference, Scanner } from '../scan/scanner.js';
import { type EdgesFile, readEdgesFile } from './edges-file.js';
import { isHiddenName } from './hidden-name.js';
import { nameClashes } from './name-clashes.js';
import { anyGlob } from './path-globs.js';
import { ScanCache } from './scan-cache.js';
import { type WalkedFile, walkDirectory } from './walk-directory.js';

/** A reference that leads to no file, or a file that its scanner cannot read. */
export interface Unresolved {
  /** Where: a file, with line or JSON pointer for references (`/index.html:12:5`). */
  readonly place: string;
  readonly problem: string;
}

/** Options of {@link directoryGraph}. */
export interface DirectoryGraphOptions {
  /** The folder; its files are the resources. */
  readonly dir: string;
  /** A JSON file with explicit edges, entries and roots ({@link EdgesFile}). It is no resource itself. Default none. */
  readonly edges?: string | undefined;
  /** Globs of what the app starts with: the base is what these reach. Default none. */
  readonly entries?: readonly string[] | undefined;
  /** Globs of roots. Default none (rules may name them later). */
  readonly roots?: readonly string[] | undefined;
  /** What finds references. Default: glTF and JSON. */
  readonly scanners?: readonly Scanner[] | undefined;
  /** Globs of files to leave out, beside hidden ones. Default none. */
  readonly ignore?: readonly string[] | undefined;
  /** Take in names that begin with a dot, and `node_modules`. Default false. */
  readonly includeHidden?: boolean | undefined;
  /**
   * The path that a file is a form of (`/sky.png` for `/sky@2x.png`), for content in several variants: a reference to it leads
   * to all of them. Default: every file is itself.
   */
  readonly commonPath?: ((path: string) => string | undefined) | undefined;
  /**
   * Called for every reference that leads to no file, and every file that its scanner cannot read; the graph is then made without
   * these edges. Default: they are problems, and there is no graph.
   */
  readonly onUnresolved?: ((unresolved: Unresolved) => void) | undefined;
  /** What is known of files from an earlier graph of this folder, made with these scanners. Default: nothing. */
  readonly cache?: ScanCache | undefined;
  /** The most files. Default 1,000,000. */
  readonly maxFiles?: number | undefined;
  /** The deepest folder. Default 128. */
  readonly maxDepth?: number | undefined;
  /** The largest file that a scanner reads, in bytes. Default 256 MiB. */
  readonly maxScannedBytes?: number | undefined;
}

/** Defaults of {@link DirectoryGraphOptions}. */
export const DIRECTORY_GRAPH_DEFAULTS: {
  readonly maxFiles: number;
  readonly maxDepth: number;
  readonly maxScannedBytes: number;
} = { maxFiles: 1_000_000, maxDepth: 128, maxScannedBytes: 268_435_456 };

/**
 * Makes a {@link GraphSource} of a plain folder: each file is a resource, and references between files are the edges,
 * found by scanners or given in a JSON file. Paths are NFC, whatever the file system makes of names, and the order in
 * which it lists them does not matter.
 *
 * These are problems, reported all at once: two names that differ in case or normal form only, names that are no
 * resource path, links out of the folder (`ERR_DIRECTORY`); references that lead to no file, and broken files
 * (`ERR_GRAPH_REFERENCE`, unless `onUnresolved` takes them).
 *
 * @throws GraphError from `loadGraph`: `ERR_DIRECTORY` where the folder or the edges file cannot be read.
 * @example
 * const graph = await loadGraph(directoryGraph({ dir: 'public', entries: ['/index.html'], roots: ['/levels/*.json'] }));
 */
export function directoryGraph(options: DirectoryGraphOptions): GraphSource {
  return {
    name: `the folder ${options.dir}`,
    async load(builder, { signal }): Promise<void> {
      const explicit = options.edges === undefined ? NO_EDGES : await readEdgesFile(options.edges, signal);
      const files = await addFiles(builder, options, explicit, signal);
      const targetsOf = targetFinder(files, options.commonPath);
      addExplicitEdges(builder, options.edges ?? '', explicit, targetsOf);
      const onUnresolved =
        options.onUnresolved ?? (({ place, problem }) => builder.addProblem(place, problem, 'ERR_GRAPH_REFERENCE'));
      await addScannedEdges(builder, options, { files, targetsOf, onUnresolved }, signal);
    },
  };
}

const NO_EDGES: EdgesFile = { edges: [], entries: [], roots: [] };

async function addFiles(
  builder: GraphBuilder,
  options: DirectoryGraphOptions,
  explicit: EdgesFile,
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, WalkedFile>> {
  const walk = await walkDirectory(options.dir, {
    ignores: ignorePredicate(options),
    maxFiles: options.maxFiles ?? DIRECTORY_GRAPH_DEFAULTS.maxFiles,
    maxDepth: options.maxDepth ?? DIRECTORY_GRAPH_DEFAULTS.maxDepth,
    signal,
  });
  const own = options.edges === undefined ? undefined : resolve(options.edges);
  const files = walk.files.filter(({ file }) => resolve(file) !== own);
  for (const { path, problem } of [...walk.problems, ...nameClashes(files)])
    builder.addProblem(path, problem, 'ERR_DIRECTORY');
  const byPath = new Map(files.map((file) => [file.path, file]));
  const isEntry = marker(builder, [...byPath.keys()], 'entries', [...(options.entries ?? []), ...explicit.entries]);
  const isRoot = marker(builder, [...byPath.keys()], 'roots', [...(options.roots ?? []), ...explicit.roots]);
  for (const { path, sizeBytes } of byPath.values())
    builder.addNode({ path, sizeBytes, isEntry: isEntry(path), isRoot: isRoot(path) });
  return byPath;
}

function ignorePredicate({ ignore, includeHidden }: DirectoryGraphOptions): (path: string) => boolean {
  const isIgnored = anyGlob(ignore ?? []);
  return (path) => {
    const whole = path.endsWith('/') ? path.slice(0, -1) : path;
    const isHidden = isHiddenName(whole.slice(whole.lastIndexOf('/') + 1));
    return (isHidden && includeHidden !== true) || isIgnored(whole);
  };
}

/** Compiles globs, each of which has to match a file: one that matches none is a misspelling. */
function marker(
  builder: GraphBuilder,
  paths: readonly string[],
  what: string,
  globs: readonly string[],
): (path: string) => boolean {
  for (const glob of globs) {
    if (!paths.some(anyGlob([glob])))
      builder.addProblem(what, `the pattern ${quoted(glob)} matches no file`, 'ERR_GRAPH_ROOT');
  }
  return anyGlob(globs);
}

/** The files that a path names: itself, and every file whose common path it is. */
type TargetFinder = (path: string) => readonly string[];

function targetFinder(
  files: ReadonlyMap<string, WalkedFile>,
  commonPath: DirectoryGraphOptions['commonPath'],
): TargetFinder {
  const forms = new Map<string, string[]>();
  if (commonPath !== undefined) {
    for (const file of files.keys()) {
      const path = commonPath(file);
      if (path !== undefined && path !== file) forms.set(path, [...(forms.get(path) ?? []), file]);
    }
  }
  return (path) => [...(files.has(path) ? [path] : []), ...(forms.get(path) ?? [])];
}

function addExplicitEdges(builder: GraphBuilder, file: string, { edges }: EdgesFile, targetsOf: TargetFinder): void {
  for (const { from, to, at } of edges) {
    const sources = targetsOf(from.normalize('NFC'));
    const targets = targetsOf(to.normalize('NFC'));
    const missing = sources.length === 0 ? from : targets.length === 0 ? to : undefined;
    if (missing === undefined) {
      for (const source of sources) for (const target of targets) builder.addEdge(source, target, `${file}#${at}`);
    } else
      builder.addProblem(
        `${file}#${at}`,
        `names ${quoted(missing)}, which is no file of the folder`,
        'ERR_GRAPH_REFERENCE',
      );
  }
}

interface ScanContext {
  readonly targetsOf: TargetFinder;
  readonly onUnresolved: (unresolved: Unresolved) => void;
}

async function addScannedEdges(
  builder: GraphBuilder,
  options: DirectoryGraphOptions,
  scan: ScanContext & { readonly files: ReadonlyMap<string, WalkedFile> },
  signal: AbortSignal | undefined,
): Promise<void> {
  const scanners = options.scanners ?? [gltfScanner(), jsonScanner()];
  const cache = options.cache ?? new ScanCache();
  cache.begin();
  const maxBytes = options.maxScannedBytes ?? DIRECTORY_GRAPH_DEFAULTS.maxScannedBytes;
  for (const file of scan.files.values()) {
    const matching = scanners.filter((scanner) => scanner.matches(file.path));
    if (matching.length === 0) continue;
    signal?.throwIfAborted();
    const known = matching.map((scanner) => cache.get(scanner, file));
    if (known.every((references) => references !== undefined)) {
      for (const reference of known.flat()) addReference(builder, file.path, reference, scan);
      continue;
    }
    const bytes = file.sizeBytes > maxBytes ? undefined : await readScanned(file, signal);
    if (bytes === undefined) {
      builder.addProblem(
        file.path,
        `has ${file.sizeBytes} bytes, too many to be scanned (at most ${maxBytes})`,
        'ERR_GRAPH_LIMIT',
      );
      continue;
    }
    cache.scannedFiles += 1;
    for (const scanner of matching) {
      const references = scanFile(scanner, file.path, bytes, scan.onUnresolved);
      for (const reference of references ?? []) addReference(builder, file.path, reference, scan);
      if (references !== undefined) cache.set(scanner, file, references);
    }
  }
  cache.end();
}

async function readScanned(file: WalkedFile, signal: AbortSignal | undefined): Promise<Uint8Array> {
  try {
    return await readFile(file.file, { signal });
  } catch (cause) {
    signal?.throwIfAborted();
    const reason = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    throw new GraphError('ERR_DIRECTORY', `Cannot read ${file.file}: ${reason}`, {
      cause,
      details: { path: file.path, reason },
    });
  }
}

/** All references of a file; `undefined` where the scanner cannot read it. */
function scanFile(
  scanner: Scanner,
  path: string,
  bytes: Uint8Array,
  onUnresolved: ScanContext['onUnresolved'],
): readonly ScannedReference[] | undefined {
  try {
    return [...scanner.references(path, bytes)];
  } catch (error) {
    const isKnown = error instanceof GraphError;
    const problem = isKnown ? error.message : `the ${scanner.name} scanner failed: ${String(error)}`;
    onUnresolved({ place: path, problem });
    return undefined;
  }
}

function addReference(
  builder: GraphBuilder,
  from: string,
  { to, or, at, isCertain }: ScannedReference,
  { targetsOf, onUnresolved }: ScanContext,
): void {
  // A place that begins with a line reads as editors take it: /index.html:12:5.
  const place = /^\d/.test(at) ? `${from}:${at}` : `${from}#${at}`;
  for (const reading of [to, ...(or ?? [])]) {
    const path = resolveReference(from, reading);
    const targets = path === undefined ? [] : targetsOf(path);
    for (const target of targets) builder.addEdge(from, target, place);
    if (targets.length > 0) return;
  }
  if (isCertain !== false) onUnresolved({ place, problem: `names ${quoted(to)}, which is no file of the folder` });
}
