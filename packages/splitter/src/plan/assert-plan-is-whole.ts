import { isArchiveName, type Problem } from '@lading/manifest';
import { printable, splitProblems } from '../split-error.js';
import type { SplitPlan } from './split-plan.js';

/**
 * Checks a plan against the resources that it must place: each in exactly one archive, nothing else anywhere, archive
 * names well formed and unique, and every archive that a root names there. It looks at the finished plan alone, so it
 * finds mistakes of the planner and of hands that edited a plan.
 *
 * @param paths - Every resource that has to be in an archive.
 * @throws SplitError `ERR_SPLIT_LOST` with every lost, doubled or unexpected resource in `details.problems`.
 */
export function assertPlanIsWhole(plan: SplitPlan, paths: Iterable<string>): void {
  const problems: Problem[] = [];
  const places = new Map<string, string>();
  const names = new Set<string>();
  for (const { name, resources } of plan.archives) {
    if (!isArchiveName(name)) problems.push({ path: name, problem: 'is not an archive name' });
    if (names.has(name)) problems.push({ path: name, problem: 'is the name of two archives' });
    names.add(name);
    for (const { path } of resources) {
      const place = places.get(path);
      if (place !== undefined) problems.push({ path, problem: `is in archive ${place} and in archive ${name}` });
      else places.set(path, name);
    }
  }
  for (const path of paths) if (!places.delete(path)) problems.push({ path, problem: 'is in no archive' });
  for (const [path, name] of places) problems.push({ path, problem: `is in archive ${name} and must not be` });
  for (const [root, archives] of Object.entries(plan.roots)) {
    for (const name of archives) {
      if (!names.has(name))
        problems.push({ path: root, problem: `needs archive ${printable(name)}, which is not planned` });
    }
  }
  if (problems.length > 0) throw splitProblems('ERR_SPLIT_LOST', 'The plan is not whole', problems);
}
