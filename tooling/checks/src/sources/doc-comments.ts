import ts from 'typescript';
import { type Finding, findingAt, type SourceProgram } from './source-program.js';
import { readWorkspacePackages } from './workspace-packages.js';

const ENTRY = /^src\/(index|(node|web)\/index)\.ts$/;

/** Finds exports of published packages that have no doc comment: it is their reference. */
export function findUndocumentedExports(program: SourceProgram): readonly Finding[] {
  const published = readWorkspacePackages(program.root).filter(
    ({ area, isPrivate }) => area === 'packages' && !isPrivate,
  );
  const findings = [...program.files].flatMap(([path, file]) => {
    const owner = published.find(({ folder }) => path.startsWith(`${folder}/`));
    return owner && ENTRY.test(path.slice(owner.folder.length + 1)) ? ofEntry(path, file, program) : [];
  });
  return findings;
}

function ofEntry(path: string, file: ts.SourceFile, { checker, root }: SourceProgram): Finding[] {
  const module = checker.getSymbolAtLocation(file);
  if (!module) return [];
  return checker.getExportsOfModule(module).flatMap((exported) => {
    const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
    const declaration = symbol.declarations?.[0];
    if (!declaration || symbol.getDocumentationComment(checker).length > 0) return [];
    const { fileName } = declaration.getSourceFile();
    if (!fileName.startsWith(root) || fileName.includes('/node_modules/')) return [];
    const where = fileName.slice(root.length + 1);
    return [findingAt(where, declaration, 'doc', `${exported.name}, exported by ${path}, has no doc comment`)];
  });
}
