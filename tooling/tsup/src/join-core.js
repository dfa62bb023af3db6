import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { build } from 'esbuild';

// Plain JavaScript, as index.js says.

/**
 * Joins what an entry imports at once, itself included, into one file, `<name>-core.js`. The files that were joined stay as doors to
 * it: bundlers of pages cut chunks between files, by who loads them, and a client in a hundred files with a dozen `import()`s would come
 * in twenty pieces at once, each compressed by itself. What is imported later stays a file of its own.
 *
 * @param {string} dist - Folder of built files.
 * @param {string} name - Name of the entry's file, without extension.
 */
export async function joinCore(dist, name) {
  const root = resolve(dist);
  const files = await filesAtOnce(root, name);
  const exported = await exportedNames(root, files);
  const aliases = uniqueAliases(files, exported);
  const core = join(root, `${name}-core.js`);
  await build({
    ...common(root),
    stdin: { contents: aliases.map(({ line }) => line).join('\n'), resolveDir: root, sourcefile: 'doors.js' },
    outfile: core,
    sourcemap: true,
    sourcesContent: true,
  });
  for (const file of files) {
    const names = aliases.filter((alias) => alias.file === file).map((alias) => alias.door);
    const path = specifier(dirname(file), core);
    await writeFile(file, names.length === 0 ? 'export {};\n' : `export { ${names.join(', ')} } from '${path}';\n`);
    await rm(`${file}.map`, { force: true });
  }
  for (const path of await readdir(root, { recursive: true })) {
    const file = join(root, path);
    if (file.endsWith('.js') && file !== core && !files.includes(file)) await importCore(file, core, aliases);
  }
}

/**
 * Leads the imports of a file to the core itself: a door is a file too, and would be a chunk, empty, wherever it is alone.
 *
 * @param {string} file @param {string} core @param {{ file: string, name: string, alias: string }[]} aliases
 */
async function importCore(file, core, aliases) {
  const text = await readFile(file, 'utf8');
  const led = text.replace(IMPORT, (statement, names, path) => {
    const target = resolve(dirname(file), path);
    const known = aliases.filter((alias) => alias.file === target);
    if (known.length === 0) return statement;
    const own = names.replace(/([\w$]+)( as [\w$]+)?/g, (one, name, as) => {
      const alias = known.find((candidate) => candidate.name === name)?.alias ?? name;
      return alias === name ? one : `${alias}${as ?? ` as ${name}`}`;
    });
    return `import {${own}} from "${specifier(dirname(file), core)}";`;
  });
  if (led !== text) await writeFile(file, led);
}

/** As esbuild prints it: braces and names, over as many lines as it takes. */
const IMPORT = /^import \{([^}]*)\} from "(\.[^"]*)";$/gm;

/** @param {string} root @returns {import('esbuild').BuildOptions} */
function common(root) {
  return {
    absWorkingDir: root,
    bundle: true,
    format: 'esm',
    platform: 'neutral',
    target: 'es2023',
    logLevel: 'error',
    plugins: [onlyAtOnce(root)],
  };
}

/** Leaves other packages, and what `import()` brings, outside. @param {string} root @returns {import('esbuild').Plugin} */
function onlyAtOnce(root) {
  return {
    name: 'only-at-once',
    setup({ onResolve }) {
      onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
        kind === 'entry-point' ? undefined : { path, external: true },
      );
      onResolve({ filter: /^\./ }, ({ path, kind, resolveDir }) =>
        kind === 'dynamic-import' ? { path: specifier(root, resolve(resolveDir, path)), external: true } : undefined,
      );
    },
  };
}

/** @param {string} root @param {string} name @returns {Promise<string[]>} */
async function filesAtOnce(root, name) {
  const { metafile } = await build({
    ...common(root),
    entryPoints: [join(root, `${name}.js`)],
    metafile: true,
    write: false,
  });
  return Object.keys(metafile.inputs)
    .map((path) => resolve(root, path))
    .sort();
}

/** @param {string} root @param {string[]} files @returns {Promise<Map<string, string[]>>} */
async function exportedNames(root, files) {
  const { metafile } = await build({ ...common(root), entryPoints: files, outdir: root, metafile: true, write: false });
  const outputs = Object.values(metafile.outputs);
  return new Map(outputs.map(({ entryPoint = '', exports }) => [resolve(root, entryPoint), exports.toSorted()]));
}

/** Names of one kind may stand in several files: in the core each gets a name of its own. @param {string[]} files @param {Map<string, string[]>} exported */
function uniqueAliases(files, exported) {
  const taken = new Map();
  return files.flatMap((file) =>
    (exported.get(file) ?? []).map((name) => {
      const count = taken.get(name) ?? 0;
      taken.set(name, count + 1);
      const alias = count === 0 ? name : `${name}$${count}`;
      const as = alias === name ? name : `${name} as ${alias}`;
      return {
        file,
        name,
        alias,
        door: alias === name ? name : `${alias} as ${name}`,
        line: `export { ${as} } from '${file}';`,
      };
    }),
  );
}

/** @param {string} from @param {string} to */
function specifier(from, to) {
  const path = relative(from, to).replaceAll('\\', '/');
  return path.startsWith('.') ? path : `./${path}`;
}
