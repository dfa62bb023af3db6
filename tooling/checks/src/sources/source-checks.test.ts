import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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
});
