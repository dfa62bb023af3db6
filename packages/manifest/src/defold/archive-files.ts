import { parseJson } from '../parse-json.js';
import { isResourcePath } from '../resource-path.js';
import { ProblemList } from './problem-list.js';

/** One piece of a file: a file of its own, at `offset` of the whole. */
export interface ArchivePiece {
  readonly name: string;
  readonly offset: number;
  readonly sizeBytes: number;
}

/** One file of an HTML5 bundle's base archive. */
export interface ArchiveFile {
  readonly name: string;
  readonly sizeBytes: number;
  /** SHA-1 of the whole file, hex; only builds made with `--with-sha1` have it. */
  readonly sha1: string | undefined;
  /** In order of offset, without gap or overlap. */
  readonly pieces: readonly ArchivePiece[];
}

/** What an HTML5 bundle's `archive_files.json` says. */
export interface ArchiveFiles {
  readonly files: readonly ArchiveFile[];
  /** Sum of all sizes. */
  readonly totalSizeBytes: number;
}

/** The most bytes of an `archive_files.json` that are read: 4 MiB. */
export const MAX_ARCHIVE_FILES_BYTES = 4_194_304;

/** The largest file that is put together: 2 GiB - 1, which the loader's file system holds. */
const MAX_FILE_BYTES = 2_147_483_647;

/**
 * Parses an HTML5 bundle's `archive_files.json`, strictly: plain unique names, pieces that fill their file exactly, sizes
 * that add up. Both namings of pieces are read: `game0.arcd`, and `game.arcd0` from before Defold 1.4.
 *
 * @param json - The file's bytes or text.
 * @throws ManifestError `ERR_BASE_ARCHIVE` with all problems, `ERR_JSON`, `ERR_TOO_LARGE` above 4 MiB.
 */
export function parseArchiveFiles(json: Uint8Array | string): ArchiveFiles {
  const bytes = typeof json === 'string' ? new TextEncoder().encode(json) : json;
  const value = parseJson(bytes, { maxBytes: MAX_ARCHIVE_FILES_BYTES, what: 'archive_files.json', uniqueKeys: true });
  const problems = new ProblemList();
  const content = isRecord(value) ? value.content : undefined;
  if (!Array.isArray(content)) problems.add('/content', 'is not a list');
  const files = (Array.isArray(content) ? content : []).map((file: unknown, index) => {
    return readFile(file, `/content/${index}`, problems);
  });
  const totalSizeBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
  const declared = isRecord(value) ? value.total_size : undefined;
  // Builds up to 1.3.4 do not have it.
  if (declared !== undefined && declared !== totalSizeBytes) {
    problems.add('/total_size', `is ${JSON.stringify(declared)}; the sizes add up to ${totalSizeBytes}`);
  }
  checkNames(files, problems);
  problems.throwIfAny('ERR_BASE_ARCHIVE', 'archive_files.json is refused');
  return { files, totalSizeBytes };
}

/**
 * Puts a file together from its pieces.
 *
 * Sizes are checked here, the SHA-1 by `readBundleFolder` of `@lading/manifest/node`.
 *
 * @param pieces - The pieces' bytes by name.
 * @throws ManifestError `ERR_BASE_ARCHIVE` for a missing piece or one of another size, all of them at once.
 */
export function joinArchivePieces(file: ArchiveFile, pieces: ReadonlyMap<string, Uint8Array>): Uint8Array<ArrayBuffer> {
  const problems = new ProblemList();
  for (const { name, sizeBytes } of file.pieces) {
    const actual = pieces.get(name)?.length;
    if (actual === undefined) problems.add(name, 'is missing');
    else if (actual !== sizeBytes) problems.add(name, `has ${actual} bytes; expected ${sizeBytes}`);
  }
  problems.throwIfAny('ERR_BASE_ARCHIVE', `${file.name} cannot be put together`);
  const whole = new Uint8Array(file.sizeBytes);
  for (const { name, offset } of file.pieces) whole.set(pieces.get(name) as Uint8Array, offset);
  return whole;
}

function readFile(value: unknown, path: string, problems: ProblemList): ArchiveFile {
  const { name, size, sha1, pieces } = isRecord(value) ? value : {};
  const sizeBytes = readSize(size, `${path}/size`, problems);
  if (sha1 !== undefined && (typeof sha1 !== 'string' || !/^[0-9a-fA-F]{40}$/.test(sha1))) {
    problems.add(`${path}/sha1`, 'is not 40 hex digits');
  }
  return {
    name: readName(name, `${path}/name`, problems),
    sizeBytes,
    sha1: typeof sha1 === 'string' ? sha1.toLowerCase() : undefined,
    pieces: readPieces(pieces, sizeBytes, `${path}/pieces`, problems),
  };
}

function readPieces(value: unknown, fileBytes: number, path: string, problems: ProblemList): ArchivePiece[] {
  if (!Array.isArray(value) || (value.length === 0 && fileBytes > 0)) {
    problems.add(path, 'is not a list of pieces');
    return [];
  }
  const starts = value.map((piece: unknown, index) => {
    const { name, offset } = isRecord(piece) ? piece : {};
    return {
      name: readName(name, `${path}/${index}/name`, problems),
      offset: readSize(offset, `${path}/${index}/offset`, problems),
    };
  });
  // A piece ends where the next one starts: only offsets are given.
  return starts.map(({ name, offset }, index) => {
    const end = starts[index + 1]?.offset ?? fileBytes;
    if (index === 0 && offset !== 0) problems.add(`${path}/0/offset`, `is ${offset}; the first piece starts at 0`);
    if (end < offset || (end === offset && fileBytes > 0)) {
      problems.add(`${path}/${index}/offset`, `is ${offset}; the piece would end at ${end}`);
    }
    return { name, offset, sizeBytes: end - offset };
  });
}

function readName(value: unknown, path: string, problems: ProblemList): string {
  if (typeof value === 'string' && isFileName(value)) return value;
  problems.add(path, 'is not a plain file name');
  return '';
}

function readSize(value: unknown, path: string, problems: ProblemList): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MAX_FILE_BYTES) return value;
  problems.add(path, `is not an integer from 0 to ${MAX_FILE_BYTES}`);
  return 0;
}

/** No two files, and no two pieces, may have one name: the loader would mix them. */
function checkNames(files: readonly ArchiveFile[], problems: ProblemList): void {
  const fileNames = new Set<string>();
  const pieceNames = new Set<string>();
  files.forEach((file, index) => {
    if (file.name !== '' && fileNames.has(file.name)) problems.add(`/content/${index}/name`, 'comes twice');
    fileNames.add(file.name);
    file.pieces.forEach(({ name }, piece) => {
      if (name !== '' && pieceNames.has(name)) problems.add(`/content/${index}/pieces/${piece}/name`, 'comes twice');
      pieceNames.add(name);
    });
  });
}

/** A plain file name: what a resource path may have as its only segment. */
function isFileName(name: string): boolean {
  return !name.includes('/') && isResourcePath(`/${name}`);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
