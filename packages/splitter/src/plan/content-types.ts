import type { SplitPlan } from './split-plan.js';

/** What {@link contentTypes} names. */
export interface ContentNames {
  readonly roots: readonly string[];
  /** Every resource that a runtime can be asked for. */
  readonly paths: readonly string[];
}

/** The names that a plan gives: its roots, and every resource that is in an archive. */
export function contentNamesOf(plan: SplitPlan): ContentNames {
  return {
    roots: Object.keys(plan.roots),
    paths: plan.archives.flatMap(({ resources }) => resources.map(({ path, as }) => as ?? path)),
  };
}

/**
 * Writes a TypeScript declaration that tells the compiler which roots and paths there are: `ensure('/levels/3')` of
 * `@lading/mount` is then checked. Names are sorted and escaped, so equal names give an equal text.
 *
 * @example
 * contentTypes({ roots: ['/levels/1.json'], paths: ['/levels/1.json', '/sky.png'] }); // → "// Made by `lading types`…"
 */
export function contentTypes({ roots, paths }: ContentNames): string {
  return [
    '// Made by `lading types`: do not edit, make it anew when the content changes.',
    "import '@lading/mount';",
    '',
    "declare module '@lading/mount' {",
    '  interface ContentIds {',
    `    readonly root:${union(roots)};`,
    `    readonly path:${union(paths)};`,
    '  }',
    '}',
    '',
  ].join('\n');
}

/** One literal a line, so that a change of content is a change of lines. */
function union(names: readonly string[]): string {
  const unique = [...new Set(names)].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  if (unique.length === 0) return ' never';
  return unique.map((name) => `\n      | ${literal(name)}`).join('');
}

/** JSON texts are string literals of TypeScript, but for two line breaks that JSON leaves as they are. */
function literal(name: string): string {
  return JSON.stringify(name).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
}
