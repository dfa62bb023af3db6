import ts from 'typescript';
import { walk } from './source-program.js';

/** One module specifier in a source file, whatever the syntax. */
export interface ModuleImport {
  readonly specifier: string;
  readonly node: ts.Node;
}

/** Lists what a file imports: `import`, `export … from`, `import()`, and `import('…')` in types. */
export function moduleImports(file: ts.SourceFile): readonly ModuleImport[] {
  const imports: ModuleImport[] = [];
  walk(file, (node) => {
    const specifier = specifierOf(node);
    if (specifier) imports.push({ specifier: specifier.text, node: specifier });
  });
  return imports;
}

function specifierOf(node: ts.Node): ts.StringLiteralLike | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return literal(node.moduleSpecifier);
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
    return literal(node.arguments[0]);
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) return literal(node.argument.literal);
  return undefined;
}

function literal(node: ts.Node | undefined): ts.StringLiteralLike | undefined {
  return node && ts.isStringLiteralLike(node) ? node : undefined;
}
