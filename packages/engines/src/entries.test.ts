import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';

const PACKAGE = join(import.meta.dirname, '..');
const ENTRIES = Object.keys(JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8')).exports)
  .filter((entry) => entry !== '.')
  .map((entry) => entry.slice('./'.length));

/** What adapters share. */
const SHARED = /^src\/engine-/;

describe.each(ENTRIES)('the adapter for %s', (entry) => {
  it('comes alone: no engine, no other adapter, and less than 2 kB', async () => {
    const { outputFiles, metafile } = await build({
      entryPoints: [join(PACKAGE, `src/${entry}.ts`)],
      absWorkingDir: PACKAGE,
      bundle: true,
      minify: true,
      format: 'esm',
      conditions: ['@lading/source'],
      metafile: true,
      write: false,
    });
    const own = Object.keys(metafile.inputs).filter(
      (input) => !input.startsWith('../manifest/') && !SHARED.test(input),
    );
    expect(own).toEqual([`src/${entry}.ts`]);
    expect(gzipSync(outputFiles[0]?.contents ?? '').length).toBeLessThan(2_000);
  });
});
