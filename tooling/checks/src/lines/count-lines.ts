import ts from 'typescript';

/** How many lines some code has. */
export interface LineCount {
  /** Lines with code on them: neither blank nor only a comment. */
  readonly lines: number;
  /** Of these, those that only say what went wrong: what an error is made with. */
  readonly errorLines: number;
}

/** Names of what makes an error or throws one. */
const SAYS_WHAT = /(Error|Fault)$|^(fail|report)/;

/** Counts the lines of some statements of one file. */
export function countLines(statements: Iterable<ts.Statement>): LineCount {
  const all = new Set<number>();
  const errors = new Set<number>();
  const decisions = new Set<number>();
  const visit = (node: ts.Node, isError: boolean): void => {
    const file = node.getSourceFile();
    const inError = isError || makesError(node);
    const parts = node.getChildren(file).filter((child) => !ts.isJSDoc(child));
    if (parts.length > 0) {
      for (const part of parts) visit(part, inError);
      return;
    }
    if (node.getWidth(file) === 0) return;
    const last = file.getLineAndCharacterOfPosition(node.getEnd()).line;
    for (let line = file.getLineAndCharacterOfPosition(node.getStart(file)).line; line <= last; line++) {
      all.add(line);
      (inError ? errors : decisions).add(line);
    }
  };
  for (const statement of statements) visit(statement, false);
  return { lines: all.size, errorLines: [...errors].filter((line) => !decisions.has(line)).length };
}

/** `throw …`, `new MountError(…)`, `archiveFault(…)`, `tooFewError(…)`, and the function that such a call is of. */
function makesError(node: ts.Node): boolean {
  if (ts.isThrowStatement(node)) return true;
  if (ts.isNewExpression(node) || ts.isCallExpression(node)) return SAYS_WHAT.test(node.expression.getText());
  return ts.isFunctionDeclaration(node) && SAYS_WHAT.test(node.name?.text ?? '');
}
