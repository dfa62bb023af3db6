import { isBuiltin } from 'node:module';
import { posix } from 'node:path';
import { findRowProblem, isNeutral } from './rows.js';
import { layerOfEntry, placeOf, type SourcePlace } from './source-place.js';
import type { WorkspacePackage } from './workspace-packages.js';

/** What is wrong with one import. */
export interface ImportProblem {
  readonly rule: 'row' | 'neutral' | 'inside' | 'dependency';
  readonly message: string;
}

/** Says what is wrong with an import, or nothing where it is allowed. */
export function findImportProblem(
  from: SourcePlace,
  specifier: string,
  packages: readonly WorkspacePackage[],
): ImportProblem | undefined {
  if (specifier.startsWith('.')) return relativeProblem(from, specifier, packages);
  if (isBuiltin(specifier)) return builtinProblem(from, specifier);
  const name = packageNameOf(specifier);
  const target = packages.find((candidate) => candidate.name === name);
  const rowProblem = target && workspaceProblem(from, target, specifier.slice(name.length));
  return rowProblem ?? dependencyProblem(from, name);
}

function relativeProblem(
  from: SourcePlace,
  specifier: string,
  packages: readonly WorkspacePackage[],
): ImportProblem | undefined {
  const target = placeOf(posix.join(posix.dirname(from.path), specifier), packages);
  if (target?.package !== from.package) {
    return { rule: 'inside', message: `${specifier} leaves ${from.package.folder}: import the package by its name` };
  }
  if (from.kind !== 'source') return undefined;
  if (target.kind === 'test') return { rule: 'inside', message: `${specifier} is a test; sources must not need it` };
  if (target.layer === 'core' || target.layer === from.layer) return undefined;
  return {
    rule: 'row',
    message: `the ${from.layer} of ${from.package.name} must not import its ${target.layer} adapter`,
  };
}

function builtinProblem(from: SourcePlace, specifier: string): ImportProblem | undefined {
  if (isNeutral(from)) return { rule: 'neutral', message: `${specifier} is not there in browsers` };
  if (from.kind === 'source' && from.layer === 'web')
    return { rule: 'neutral', message: `${specifier} in a web adapter` };
  return undefined;
}

function workspaceProblem(from: SourcePlace, target: WorkspacePackage, rest: string): ImportProblem | undefined {
  if (target === from.package) return undefined;
  const message = findRowProblem(from, target, layerOfEntry(`.${rest}`));
  return message === undefined ? undefined : { rule: 'row', message };
}

/** A source may import only what is installed with its package. A config or a test may use what is there for developers. */
function dependencyProblem(from: SourcePlace, name: string): ImportProblem | undefined {
  // A package without an entry to import is a bundle: it carries its dependencies.
  const isImported = from.package.entries.has('.') && !from.package.isPrivate;
  if (from.kind !== 'source' || !isImported || name === from.package.name || from.package.dependencies.has(name))
    return undefined;
  return { rule: 'dependency', message: `${name} is not among the dependencies of ${from.package.name}` };
}

function packageNameOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}
