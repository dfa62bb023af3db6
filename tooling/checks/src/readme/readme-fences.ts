import { type Dirent, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { AREAS } from '../sources/workspace-packages.js';

/** An example of a document that says of itself that it runs. */
export interface RunnableFence {
  /** Document relative to the workspace. */
  readonly document: string;
  /** Line of the first line of code. */
  readonly line: number;
  readonly language: 'ts' | 'sh';
  readonly code: string;
}

const DOCUMENTS = new Set(['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md']);
const FENCE = /^```(ts|sh)\n([\s\S]*?)^```$/gm;
const MARK = { ts: '// runs', sh: '# runs' } as const;

/** Finds the documents of a workspace, in a fixed order. */
export function findDocuments(root: string): readonly string[] {
  const folders = ['', ...AREAS.flatMap((area) => foldersIn(root, area))];
  const files = folders.flatMap((folder) => filesIn(root, folder).map((name) => join(folder, name)));
  return [
    ...files,
    ...filesIn(root, 'docs', (name) => name.endsWith('.md')).map((name) => join('docs', name)),
  ].toSorted();
}

/** Lists the fences of a document whose first line is `// runs` (ts) or `# runs` (sh). */
export function runnableFences(document: string, text: string): readonly RunnableFence[] {
  return [...text.matchAll(FENCE)].flatMap((match): RunnableFence[] => {
    const [, language, code = ''] = match;
    if (language !== 'ts' && language !== 'sh') return [];
    if (code.split('\n', 1)[0]?.trim() !== MARK[language]) return [];
    return [{ document, line: text.slice(0, match.index).split('\n').length + 1, language, code }];
  });
}

/** Every runnable fence of every document of a workspace. */
export function findRunnableFences(root: string): readonly RunnableFence[] {
  return findDocuments(root).flatMap((document) =>
    runnableFences(document, readFileSync(join(root, document), 'utf8')),
  );
}

function foldersIn(root: string, area: string): readonly string[] {
  return entriesOf(join(root, area))
    .filter((entry) => entry.isDirectory())
    .map((entry) => relative(root, join(root, area, entry.name)));
}

function filesIn(
  root: string,
  folder: string,
  matches = (name: string): boolean => DOCUMENTS.has(name),
): readonly string[] {
  return entriesOf(join(root, folder))
    .filter((entry) => entry.isFile() && matches(entry.name))
    .map((entry) => entry.name);
}

function entriesOf(folder: string): readonly Dirent[] {
  return existsSync(folder) ? readdirSync(folder, { withFileTypes: true }) : [];
}
