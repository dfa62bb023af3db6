import ts from 'typescript';
import type { SourceProgram } from '../sources/source-program.js';

/** Top-level statements of the workspace that some functions need, by file. Types are none: nothing of them runs. */
export type ReachableCode = ReadonlyMap<string, ReadonlySet<ts.Statement>>;

/**
 * Finds everything that runs, or may run, when functions are called: their statements, the statements of whatever these name,
 * and so on, through imports and barrels. What a file holds beside that is not counted, as a bundler would not take it.
 *
 * @param entries - `file#name` of each function.
 * @throws Error where a file has no such function.
 */
export function reachableCode({ files, checker }: SourceProgram, entries: readonly string[]): ReachableCode {
  const paths = new Map([...files].map(([path, file]) => [file, path] as const));
  const found = new Map<string, Set<ts.Statement>>();
  const queue: ts.Statement[] = [];
  const add = (statement: ts.Statement | undefined): void => {
    const path = statement && paths.get(statement.getSourceFile());
    if (statement === undefined || path === undefined || !isCode(statement)) return;
    const known = found.get(path) ?? new Set();
    if (known.has(statement)) return;
    found.set(path, known.add(statement));
    queue.push(statement);
  };
  for (const entry of entries) add(statementNamed(files, entry));
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    for (const symbol of namedIn(next, checker)) for (const one of symbol.declarations ?? []) add(topStatement(one));
    for (const file of loadedBy(next, checker))
      for (const statement of file.statements) if (isExported(statement)) add(statement);
  }
  return found;
}

function statementNamed(files: SourceProgram['files'], entry: string): ts.Statement {
  const [path = '', name = ''] = entry.split('#');
  const statements = files.get(path)?.statements.filter((statement) => namesOf(statement).includes(name)) ?? [];
  if (statements[0] === undefined) throw new Error(`There is no ${entry}`);
  return statements[0];
}

function namesOf(statement: ts.Statement): string[] {
  if (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) return [statement.name?.text ?? ''];
  if (!ts.isVariableStatement(statement)) return [];
  return statement.declarationList.declarations.map(({ name }) => name.getText());
}

/** Symbols of all identifiers of a statement that stand for values, imports followed to where they come from. */
function namedIn(statement: ts.Statement, checker: ts.TypeChecker): ts.Symbol[] {
  const symbols: ts.Symbol[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isTypeNode(node)) return;
    const symbol = ts.isIdentifier(node) ? symbolOf(node, checker) : undefined;
    if (symbol !== undefined) symbols.push(resolved(symbol, checker));
    ts.forEachChild(node, visit);
  };
  visit(statement);
  return symbols;
}

/** Files that a statement loads when it needs them: `import('./part.js')`. */
function loadedBy(statement: ts.Statement, checker: ts.TypeChecker): ts.SourceFile[] {
  const files: ts.SourceFile[] = [];
  const visit = (node: ts.Node): void => {
    const isLoad = ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword;
    const target = isLoad ? node.arguments[0] : undefined;
    const file = target && checker.getSymbolAtLocation(target)?.declarations?.find(ts.isSourceFile);
    if (file !== undefined) files.push(file);
    ts.forEachChild(node, visit);
  };
  visit(statement);
  return files;
}

function isExported(statement: ts.Statement): boolean {
  return (
    ts.canHaveModifiers(statement) &&
    (ts.getModifiers(statement) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)
  );
}

/** In `{ name }` the name stands for a value and for a field; it is the value that has to be there. */
function symbolOf(node: ts.Identifier, checker: ts.TypeChecker): ts.Symbol | undefined {
  if (ts.isShorthandPropertyAssignment(node.parent)) return checker.getShorthandAssignmentValueSymbol(node.parent);
  return checker.getSymbolAtLocation(node);
}

function resolved(symbol: ts.Symbol, checker: ts.TypeChecker): ts.Symbol {
  return (symbol.flags & ts.SymbolFlags.Alias) === 0 ? symbol : checker.getAliasedSymbol(symbol);
}

/** Shorthand `{ name }` and members lead to the statement that they stand in; types and parameters lead nowhere new. */
function topStatement(node: ts.Node): ts.Statement | undefined {
  let at = node;
  while (at.parent !== undefined && !ts.isSourceFile(at.parent)) at = at.parent;
  return at.parent === undefined ? undefined : (at as ts.Statement);
}

function isCode(statement: ts.Statement): boolean {
  if (ts.isFunctionDeclaration(statement)) return statement.body !== undefined;
  return ts.isClassDeclaration(statement) || ts.isVariableStatement(statement) || ts.isExpressionStatement(statement);
}

/** Packages from outside of the workspace that the files of some code import. */
export function dependenciesOf(code: ReachableCode, { files }: SourceProgram): string[] {
  const specifiers = [...code.keys()].flatMap((path) =>
    (files.get(path)?.statements ?? []).flatMap((statement) =>
      ts.isImportDeclaration(statement) && ts.isStringLiteral(statement.moduleSpecifier)
        ? [statement.moduleSpecifier.text]
        : [],
    ),
  );
  return [...new Set(specifiers.filter((one) => !one.startsWith('.') && !one.startsWith('@lading/')))].sort();
}
