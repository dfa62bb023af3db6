import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { WORKSPACE_ROOT } from '../workspace-root.js';
import { createReaderFolder, type ReaderFolder } from './reader-folder.js';
import { findRunnableFences, type RunnableFence, runnableFences } from './readme-fences.js';

const isBuilt = existsSync(join(WORKSPACE_ROOT, 'apps/cli/dist/lading.js'));
const fences = findRunnableFences(WORKSPACE_ROOT);
// One folder for a document: its fences run in order, each finding what those before it made.
const folders = new Map<string, ReaderFolder>();
afterAll(() => {
  for (const folder of folders.values()) folder.remove();
});

function run(fence: RunnableFence): ReturnType<ReaderFolder['run']> {
  const folder = folders.get(fence.document) ?? createReaderFolder();
  folders.set(fence.document, folder);
  return folder.run(fence);
}

describe('the examples of the documents', () => {
  for (const fence of fences) {
    it.skipIf(fence.language === 'sh' && !isBuilt)(`${fence.document}:${fence.line} runs as it is written`, () => {
      const { status, stdout, stderr } = run(fence);
      expect(status, `${stdout}${stderr}`).toBe(0);
    });
  }

  it('are found by their first line', () => {
    const text = 'a\n```ts\n// runs\nlet x;\n```\n```ts\nno();\n```\n```sh\n# runs\ntrue\n```\n';
    expect(runnableFences('R.md', text)).toEqual([
      { document: 'R.md', line: 3, language: 'ts', code: '// runs\nlet x;\n' },
      { document: 'R.md', line: 10, language: 'sh', code: '# runs\ntrue\n' },
    ]);
  });

  it('fail where they throw, in both languages', () => {
    const place = { document: 'R.md', line: 1 };
    expect(run({ ...place, language: 'ts', code: "throw new Error('x');\n" }).status).toBe(1);
    expect(run({ ...place, language: 'sh', code: 'false\ntrue\n' }).status).toBe(1);
  });

  it('import the packages by name', () => {
    const code = "import { isLadingError } from '@lading/manifest';\nif (isLadingError(1)) throw new Error();\n";
    const { status, stderr } = run({ document: 'R.md', line: 2, language: 'ts', code });
    expect(status, stderr).toBe(0);
  });
});
