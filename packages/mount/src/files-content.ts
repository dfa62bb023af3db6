import { hashResourcePath, type Problem, resourcePathProblem } from '@lading/manifest/client';
import type { ReadOptions } from './byte-source.js';
import { MountError } from './mount-error.js';
import type { ContentEntry, MountedContent } from './mounted-content.js';
import { printableName } from './source-name.js';

/** The most problems that one error lists. */
const MAX_PROBLEMS = 100;

/** One file of {@link filesContent}. */
export interface ContentFile {
  readonly path: string;
  readonly sizeBytes: number;
}

/** Makes content of files that each have a path and can be read. @throws MountError `ERR_MOUNT_CONTENT` for paths that are none. */
export function filesContent<File extends ContentFile>(
  name: string,
  files: readonly File[],
  read: (file: File, options: ReadOptions) => Promise<Uint8Array<ArrayBuffer>>,
): MountedContent {
  assertPaths(name, files);
  const rows = new Map(files.map(({ path }, index) => [path, index]));
  const fileAt = (index: number): File => {
    const file = files[index];
    if (file === undefined) throw new Error(`unreachable: ${name} has no entry ${index}`);
    return file;
  };
  return {
    sizeBytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    entries: files.length,
    find(path): ContentEntry | undefined {
      const index = rows.get(path);
      if (index === undefined) return undefined;
      const { sizeBytes } = fileAt(index);
      const member = path.slice(1);
      return { index, member, sizeBytes, storedSizeBytes: sizeBytes, digest: undefined, payload: undefined };
    },
    async read({ index }, options = {}) {
      options.signal?.throwIfAborted();
      return read(fileAt(index), options);
    },
    *keys() {
      for (const { path } of files) yield { hash: hashResourcePath(path), path };
    },
    async close() {},
  };
}

function assertPaths(name: string, files: readonly ContentFile[]): void {
  const problems = files.flatMap(({ path }): Problem[] => {
    const problem = resourcePathProblem(path);
    return problem === undefined ? [] : [{ path, problem }];
  });
  if (problems.length > 0) throw contentError(name, problems);
}

/** Says what keeps content from being mounted, all of it at once. */
export function contentError(name: string, problems: readonly Problem[]): MountError {
  const [first = { path: '', problem: 'cannot be mounted' }] = problems;
  const rest = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  const shown = problems.slice(0, MAX_PROBLEMS);
  return new MountError('ERR_MOUNT_CONTENT', `${name}: ${printableName(first.path)} ${first.problem}${rest}`, {
    details: { source: name, problems: shown.map(({ path, problem }) => ({ path: printableName(path), problem })) },
  });
}
