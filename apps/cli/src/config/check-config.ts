import type { Problem } from '@lading/manifest';
import { CliError } from '../cli-error.js';
import type { LadingConfig } from './lading-config.js';

type Check = (value: unknown) => string | undefined;

const text: Check = (value) => (typeof value === 'string' && value !== '' ? undefined : 'is not a text');
const texts: Check = (value) =>
  Array.isArray(value) && value.every((v) => typeof v === 'string') ? undefined : 'is not a list of texts';
const object: Check = (value) => (isObject(value) ? undefined : 'is not an object');
const list: Check = (value) => (Array.isArray(value) ? undefined : 'is not a list');
const bytes: Check = (value) =>
  typeof value === 'number' || typeof value === 'string' ? undefined : 'is neither a number nor a text such as "8 MiB"';
const priority: Check = (value) =>
  Number.isSafeInteger(value) && (value as number) >= 0 ? undefined : 'is not a whole number of 0 or more';
const roots: Check = (value) => (Array.isArray(value) ? texts(value) : object(value));
const target: Check = (value) => (typeof value === 'string' ? text(value) : object(value));
const source: Check = (value) => {
  if (!isObject(value)) return 'is not made by defold(), files(), or a plug-in';
  switch (value.kind) {
    case 'defold':
      return text(value.content) === undefined ? undefined : 'of kind defold has no content path';
    case 'files':
      return filesProblem(value);
    case 'custom':
      return isObject(value.graph) && isObject(value.content) ? undefined : 'of kind custom has no graph or no content';
    default:
      return `has kind ${JSON.stringify(value.kind)}; expected defold, files or custom`;
  }
};
const filesProblem = ({ dir, edges, entries, allowUnresolved }: Record<string, unknown>): string | undefined => {
  if (text(dir) !== undefined) return 'of kind files has no dir';
  if (edges !== undefined && text(edges) !== undefined) return 'of kind files has edges that are no path';
  if (entries !== undefined && texts(entries) !== undefined)
    return 'of kind files has entries that are no list of texts';
  if (allowUnresolved !== undefined && typeof allowUnresolved !== 'boolean')
    return 'of kind files has allowUnresolved that is neither true nor false';
  return undefined;
};
const sign: Check = (value) => (isObject(value) && text(value.key) === undefined ? undefined : 'has no key');

const strategy: Check = (value) =>
  isObject(value) && text(value.name) === undefined && typeof value.assign === 'function'
    ? undefined
    : 'is no strategy: expected { name, assign(graph, rules) }';

const FIELDS: ReadonlyMap<string, Check> = new Map<keyof LadingConfig, Check>([
  ['project', text],
  ['source', source],
  ['roots', roots],
  ['archives', list],
  ['strategy', strategy],
  ['exclude', texts],
  ['maxArchiveBytes', bytes],
  ['keepTogether', list],
  ['shared', object],
  ['trace', text],
  ['variants', object],
  ['priority', priority],
  ['sign', sign],
  ['channel', text],
  ['releaseVersion', text],
  ['compat', object],
  ['out', text],
  ['target', target],
  ['mirrors', list],
  ['environments', object],
]);

/**
 * Checks the value that a config file exports. Archive rules are checked by the splitter when they are used.
 *
 * @throws CliError `ERR_CONFIG` with all problems.
 */
export function checkConfig(value: unknown, file: string): LadingConfig {
  const problems: Problem[] = [];
  if (!isObject(value)) problems.push({ path: '', problem: 'exports no object' });
  else for (const [name, field] of Object.entries(value)) checkField(name, field, problems);
  if (problems.length > 0) {
    const [first] = problems;
    throw new CliError('ERR_CONFIG', `${file}: ${first?.path} ${first?.problem}`, {
      details: { file, problems: problems.map(({ path, problem }) => ({ path, problem })) },
      hint: `Known fields: ${[...FIELDS.keys()].join(', ')}.`,
    });
  }
  return value as LadingConfig;
}

function checkField(name: string, field: unknown, problems: Problem[]): void {
  const check = FIELDS.get(name);
  if (check === undefined) problems.push({ path: `/${name}`, problem: 'is not a field of the configuration' });
  else if (field !== undefined) {
    const problem = check(field);
    if (problem !== undefined) problems.push({ path: `/${name}`, problem });
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
