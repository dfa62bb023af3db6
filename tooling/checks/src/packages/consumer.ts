import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ts from 'typescript';
import { WORKSPACE_ROOT } from '../workspace-root.js';
import type { Tarball } from './tarballs.js';

/** A user's empty folder, outside the workspace, into which npm installs the tarballs. */
export interface Consumer {
  readonly folder: string;
  run(command: string, ...args: readonly string[]): SpawnSyncReturns<string>;
  remove(): void;
}

/** Installs the tarballs with npm into an empty folder. */
export function installTarballs(tarballs: readonly Tarball[]): Consumer {
  const folder = mkdtempSync(join(tmpdir(), 'lading-consumer-'));
  const run = (command: string, ...args: readonly string[]): SpawnSyncReturns<string> =>
    spawnSync(command, args, { cwd: folder, encoding: 'utf8', env: consumerEnv() });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  const result = run(
    'npm',
    'install',
    '--no-audit',
    '--no-fund',
    '--prefer-offline',
    ...tarballs.map(({ file }) => file),
  );
  if (result.status !== 0) throw new Error(`npm install failed\n${result.stdout}${result.stderr}`);
  return { folder, run, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** What npm tells the scripts it starts (the workspace's own root among it) must not reach the npm inside. */
function consumerEnv(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^npm_(package|lifecycle|execpath|command|config_local)/.test(name),
  );
  return {
    ...Object.fromEntries(own),
    npm_config_workspaces: undefined,
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  };
}

/** Module names that a package lets others import, from the package.json that it would publish. */
export function importableNames({ folder, name }: Tarball): readonly string[] {
  const { exports = {} }: { exports?: Record<string, unknown> } = JSON.parse(
    readFileSync(join(folder, 'package.json'), 'utf8'),
  );
  const isModule = ([entry, target]: [string, unknown]): boolean => typeof target === 'object' && !entry.includes('*');
  return Object.entries(exports)
    .filter(isModule)
    .map(([entry]) => name + entry.slice(1));
}

/** Compiles a program that imports every module as a user would, and lists what TypeScript says about it and about our types. */
export function compileImports(consumer: Consumer, names: readonly string[]): readonly string[] {
  const file = join(consumer.folder, 'consumer.ts');
  writeFileSync(file, names.map((name, index) => `import * as m${index} from '${name}';\nvoid m${index};\n`).join(''));
  return compile(consumer, [file]);
}

/**
 * Compiles the plug-ins among the examples against what is installed, as their authors would who copied them, and imports what
 * comes out.
 */
export function buildPlugIns(consumer: Consumer, names: readonly string[]): readonly string[] {
  return names.flatMap((name) => {
    const folder = join(consumer.folder, name);
    cpSync(join(WORKSPACE_ROOT, 'examples', name, 'src'), folder, { recursive: true });
    const files = readdirSync(folder).filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'));
    const paths = files.map((file) => join(folder, file));
    const problems = compile(consumer, paths, folder);
    if (problems.length > 0) return problems.map((problem) => `examples/${name}: ${problem}`);
    const imports = paths.map((path) => `await import(${JSON.stringify(path.replace(/\.ts$/, '.js'))});`).join('\n');
    const result = consumer.run(process.execPath, '--input-type=module', '--eval', imports);
    return result.status === 0 ? [] : [`examples/${name}: ${result.stderr}`];
  });
}

function compile({ folder }: Consumer, files: readonly string[], outDir?: string): readonly string[] {
  const program = ts.createProgram(files, {
    target: ts.ScriptTarget.ES2023,
    lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts', 'lib.dom.asynciterable.d.ts'],
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    strict: true,
    ...(outDir === undefined ? { noEmit: true } : { outDir }),
    types: ['node'],
    typeRoots: [join(WORKSPACE_ROOT, 'node_modules/@types')],
  });
  const ours = /\/node_modules\/(@lading|lading)\//;
  const found = ts
    .getPreEmitDiagnostics(program)
    .filter(({ file }) => file === undefined || !file.fileName.includes('/node_modules/') || ours.test(file.fileName));
  program.emit();
  return found.map(({ file, messageText }) => {
    const text = ts.flattenDiagnosticMessageText(messageText, '\n');
    return `${file?.fileName.replace(folder, '.') ?? ''}: ${text}`;
  });
}
