import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Mark, Task } from '@lading/fixtures';

/** What a naive store shows after a cut. */
export interface NaiveView {
  /** 0: there is no table. */
  readonly version: number;
  readonly problems: readonly string[];
}

interface Table {
  readonly version: number;
  readonly files: readonly string[];
}

type Save = (path: string, bytes: string | Uint8Array) => Promise<void>;

/** The ways in which a store is usually written: in place, or aside and renamed; neither syncs. */
const SAVES: Readonly<Record<'plain' | 'renamed', Save>> = {
  plain: (path, bytes) => writeFile(path, bytes),
  renamed: async (path, bytes) => {
    await writeFile(`${path}.tmp`, bytes);
    await rename(`${path}.tmp`, path);
  },
};

const KEPT_FILES = 6;
const FILE_BYTES = 100_000;

/**
 * Two stores as programs that know no better write them: files named by digest, and a table of them. A test of power cuts that
 * they pass is no test.
 */
export function naiveTasks(way: 'plain' | 'renamed'): { readonly cycle: Task; readonly judge: Task } {
  const save = SAVES[way];
  return {
    async cycle(dir: string, mark: Mark) {
      await mkdir(dir, { recursive: true });
      let files: readonly string[] = [];
      for (let version = 1; ; version++) {
        const bytes = randomBytes(FILE_BYTES);
        const name = hexOf(bytes);
        await save(join(dir, name), bytes);
        const old = [...files, name].slice(0, -KEPT_FILES);
        files = [...files, name].slice(-KEPT_FILES);
        await save(join(dir, 'table.json'), JSON.stringify({ version, files } satisfies Table));
        for (const gone of old) await unlink(join(dir, gone));
        await mark(version);
      }
    },
    judge: (dir) => viewOf(dir),
  };
}

async function viewOf(dir: string): Promise<NaiveView> {
  const text = await readFile(join(dir, 'table.json'), 'utf8').catch(() => undefined);
  if (text === undefined) return { version: 0, problems: [] };
  let table: Table;
  try {
    table = JSON.parse(text) as Table;
  } catch {
    return { version: 0, problems: [`the table is ${text.length} bytes of no JSON`] };
  }
  const problems: string[] = [];
  for (const name of table.files) {
    const bytes = await readFile(join(dir, name)).catch(() => undefined);
    if (bytes === undefined) problems.push(`${name} is gone`);
    else if (hexOf(bytes) !== name) problems.push(`${name} has other bytes`);
  }
  return { version: table.version, problems };
}

function hexOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
