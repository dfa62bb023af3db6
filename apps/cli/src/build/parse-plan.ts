import type { Problem } from '@lading/manifest';
import type { PlannedArchive, PlannedResource, SplitPlan } from '@lading/splitter';
import { CliError } from '../cli-error.js';

const MAX_PROBLEMS = 100;

/**
 * Checks a plan that was printed: `plan --json`, or `split --json`, which holds it under `plan`. Only what comparisons
 * read is checked: roots, archives, resources.
 *
 * @throws CliError `ERR_INPUT_UNKNOWN` with the first 100 problems.
 */
export function parsePlan(document: unknown, name: string): SplitPlan {
  const value = isObject(document) && isObject(document.plan) ? document.plan : document;
  const problems: Problem[] = [];
  if (!isObject(value) || value.format !== 'lading.plan/1') {
    problems.push({ path: '/format', problem: 'is not "lading.plan/1"' });
  } else {
    checkRoots(value.roots, problems);
    checkArchives(value.archives, problems);
  }
  if (problems.length === 0) return value as unknown as SplitPlan;
  throw new CliError('ERR_INPUT_UNKNOWN', `${name} is neither a signed release nor a plan`, {
    details: { file: name, problems: problems.slice(0, MAX_PROBLEMS).map(({ path, problem }) => ({ path, problem })) },
    hint: 'lading plan --json > plan.json makes one.',
  });
}

function checkRoots(value: unknown, problems: Problem[]): void {
  if (!isObject(value)) problems.push({ path: '/roots', problem: 'is not an object' });
  else
    for (const [root, names] of Object.entries(value)) {
      if (!Array.isArray(names) || !names.every((name) => typeof name === 'string'))
        problems.push({ path: `/roots/${root}`, problem: 'is not a list of archive names' });
    }
}

function checkArchives(value: unknown, problems: Problem[]): void {
  if (!Array.isArray(value)) problems.push({ path: '/archives', problem: 'is not a list' });
  else
    for (const [i, archive] of value.entries()) {
      if (!isArchive(archive))
        problems.push({ path: `/archives/${i}`, problem: 'has no name, sizeBytes and resources' });
      else if (!archive.resources.every(isResource))
        problems.push({ path: `/archives/${i}/resources`, problem: 'has one without path and sizeBytes' });
    }
}

function isArchive(value: unknown): value is PlannedArchive {
  return (
    isObject(value) &&
    typeof value.name === 'string' &&
    typeof value.sizeBytes === 'number' &&
    Array.isArray(value.resources)
  );
}

function isResource(value: unknown): value is PlannedResource {
  return isObject(value) && typeof value.path === 'string' && typeof value.sizeBytes === 'number';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
