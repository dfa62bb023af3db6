import { readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { WORKSPACE_ROOT } from '../workspace-root.js';
import type { Tarball } from './tarballs.js';

const ALLOWED = /^(dist\/.*|README\.md|CHANGELOG\.md|LICENSE|package\.json)$/;
const NEEDED = ['README.md', 'LICENSE', 'package.json'];
const LIFECYCLE = /^(pre|post)?(install|prepare|pack|publish|uninstall)$|^prepublishOnly$/;
const SOURCE_CONDITION = '@lading/source';

/** Lists what is wrong with a package as it would be published. */
export function findTarballProblems(tarball: Tarball): readonly string[] {
  return [
    ...contentProblems(tarball),
    ...packageJsonProblems(tarball),
    ...tarball.paths.flatMap((path) => fileProblems(tarball, path)),
  ];
}

function contentProblems({ paths }: Tarball): string[] {
  const missing = NEEDED.filter((path) => !paths.includes(path)).map((path) => `${path} is missing`);
  const unwanted = paths.filter((path) => !ALLOWED.test(path)).map((path) => `${path} should not be published`);
  const isEmpty = !paths.some((path) => path.startsWith('dist/'));
  return [...missing, ...unwanted, ...(isEmpty ? ['dist is empty: build first'] : [])];
}

function packageJsonProblems({ folder, paths }: Tarball): string[] {
  const text = readFileSync(join(folder, 'package.json'), 'utf8');
  const json: { scripts?: Record<string, string>; exports?: unknown; bin?: unknown } = JSON.parse(text);
  const targets = [...stringsIn(json.exports), ...stringsIn(json.bin)].map((target) => target.replace(/^\.\//, ''));
  return [
    ...(text.includes(SOURCE_CONDITION) ? [`package.json shows the condition ${SOURCE_CONDITION}`] : []),
    ...(text.includes('workspace:') ? ['package.json has a dependency with workspace:'] : []),
    ...Object.keys(json.scripts ?? {})
      .filter((name) => LIFECYCLE.test(name))
      .map((name) => `package.json runs the lifecycle script ${name}`),
    ...targets
      .filter((target) => !isThere(target, paths))
      .map((target) => `package.json points at ${target}, which is missing`),
  ];
}

/** A target may stand for many files: `dist/*`. */
function isThere(target: string, paths: readonly string[]): boolean {
  const [before = '', after] = target.split('*');
  if (after === undefined) return paths.includes(target);
  return paths.some((path) => path.startsWith(before) && path.endsWith(after));
}

function stringsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsIn) : [];
}

function fileProblems({ folder, paths }: Tarball, path: string): string[] {
  if (/\.test\.|\.test-d\./.test(path)) return [`${path} is a test`];
  if (!/\.(js|css|html|map|ts)$/.test(path)) return [];
  const text = readFileSync(join(folder, path), 'utf8');
  const leaks = text.includes(WORKSPACE_ROOT) ? [`${path} names a folder of the machine that built it`] : [];
  return path.endsWith('.map') ? [...leaks, ...sourceMapProblems(path, text, paths)] : leaks;
}

function sourceMapProblems(path: string, text: string, paths: readonly string[]): string[] {
  const { sources, sourcesContent }: { sources: readonly string[]; sourcesContent?: readonly string[] } =
    JSON.parse(text);
  const outside = sources.filter(
    (source) => source.startsWith('/') || normalize(join(dirname(path), source)).startsWith('..'),
  );
  const unreadable = sources.filter(
    (source, index) => !sourcesContent?.[index] && !paths.includes(normalize(join(dirname(path), source))),
  );
  return [
    ...outside.map((source) => `${path} leads outside the package: ${source}`),
    ...unreadable.map((source) => `${path} names ${source}, which it does not carry`),
  ];
}
