import type ts from 'typescript';
import { unsharedGlobalUses } from './global-uses.js';
import { findImportProblem } from './import-rules.js';
import { moduleImports } from './module-imports.js';
import { isNeutral } from './rows.js';
import { placeOf, type SourcePlace } from './source-place.js';
import { type Finding, findingAt, type SourceProgram } from './source-program.js';
import { readWorkspacePackages, type WorkspacePackage } from './workspace-packages.js';

/** Finds every import against the rows and every use of a platform in a neutral package. */
export function findBoundaryProblems(program: SourceProgram): readonly Finding[] {
  const packages = readWorkspacePackages(program.root);
  return [...program.files].flatMap(([path, file]) => {
    const place = placeOf(path, packages);
    return place ? [...importFindings(place, file, packages), ...globalFindings(place, file, program.checker)] : [];
  });
}

function importFindings(place: SourcePlace, file: ts.SourceFile, packages: readonly WorkspacePackage[]): Finding[] {
  return moduleImports(file).flatMap(({ specifier, node }) => {
    const problem = findImportProblem(place, specifier, packages);
    return problem ? [findingAt(place.path, node, problem.rule, problem.message)] : [];
  });
}

function globalFindings(place: SourcePlace, file: ts.SourceFile, checker: ts.TypeChecker): Finding[] {
  if (!isNeutral(place)) return [];
  return unsharedGlobalUses(file, checker).map(({ name, node }) =>
    findingAt(place.path, node, 'neutral', `${name} is not among what Node and browsers share`),
  );
}
