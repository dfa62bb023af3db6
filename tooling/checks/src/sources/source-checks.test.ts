import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { countLines } from '../lines/count-lines.js';
import { dependenciesOf, reachableCode } from '../lines/reachable-code.js';
import { findUndocumentedExports } from './doc-comments.js';
import { findFloatingPromises } from './floating-promises.js';
import { copyWorkspace, type PlantedWorkspace } from './planted-workspace.js';
import { loadSourceProgram, type SourceProgram } from './source-program.js';

const PROMISES = `
declare function save(): Promise<void>;
declare const store: { close?(): Promise<void> };
export async function floating(): Promise<void> {
  save();
  Promise.all([save()]);
  store.close?.();
  save().then(() => 1);
  save().finally(() => 1);
}
export async function handled(): Promise<void> {
  let last: Promise<void> | undefined;
  await save();
  void save();
  save().catch(() => 1);
  last = save();
  [1].push(2);
  return last;
}
`;

const LINES = `
import { inside } from './planted-barrel.js';
import type { Archive } from '@lading/mount';
/** Said of it. */
export function counted(value: unknown): string {
  // Why.
  const shape = { helper };

  return inside(value) ? shape.helper('') : load();
}
interface Unseen {
  readonly archive: Archive;
}
const helper = (text: string): string => text;
async function load(): Promise<never> {
  const { later } = await import('./planted-later.js');
  throw new Error(
    later(),
  );
}
export const unused = (unseen: Unseen): number =>
  1;
`;

describe('the checks of sources', () => {
  let workspace: PlantedWorkspace;
  let program: SourceProgram;

  beforeAll(() => {
    workspace = copyWorkspace();
    workspace.plant('packages/graph/src/planted-promises.ts', PROMISES);
    workspace.plant(
      'packages/graph/src/web/planted-docs.ts',
      '/** Said. */\nexport const said = 1;\nexport const silent = 2;\n',
    );
    workspace.plant('packages/graph/src/web/index.ts', "export * from './planted-docs.js';\n");
    workspace.plant('packages/graph/src/planted-lines.ts', LINES);
    workspace.plant('packages/graph/src/planted-barrel.ts', "export * from './planted-inside.js';\n");
    workspace.plant(
      'packages/graph/src/planted-inside.ts',
      'export const inside = (value: unknown): boolean => !value;\nexport const beside = 1;\n',
    );
    workspace.plant(
      'packages/graph/src/planted-later.ts',
      "import 'yazl';\nexport const later = (): string => 'later';\n",
    );
    program = loadSourceProgram(workspace.root);
  });

  afterAll(() => rmSync(workspace.root, { recursive: true, force: true }));

  it('find the promises that nobody handles, and no others', () => {
    const lines = findFloatingPromises(program).filter(({ path }) => path.endsWith('planted-promises.ts'));
    expect(lines.map(({ line }) => line)).toEqual([5, 6, 7, 8, 9]);
  });

  it('find the exports without a doc comment, and no others', () => {
    const found = findUndocumentedExports(program).filter(({ path }) => path.endsWith('planted-docs.ts'));
    expect(found).toEqual([
      expect.objectContaining({ path: 'packages/graph/src/web/planted-docs.ts', line: 3, rule: 'doc' }),
    ]);
  });

  it('count the lines that run, and no others: through imports, short forms and parts that are loaded later', () => {
    const code = reachableCode(program, ['packages/graph/src/planted-lines.ts#counted']);
    expect(countLines(code.get('packages/graph/src/planted-lines.ts') ?? [])).toEqual({ lines: 11, errorLines: 3 });
    expect([...code.keys()].sort()).toEqual([
      'packages/graph/src/planted-inside.ts',
      'packages/graph/src/planted-later.ts',
      'packages/graph/src/planted-lines.ts',
    ]);
    expect(dependenciesOf(code, program)).toEqual(['yazl']);
  });
});
