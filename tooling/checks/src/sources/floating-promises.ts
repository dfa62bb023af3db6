import ts from 'typescript';
import { type Finding, findingAt, type SourceProgram, walk } from './source-program.js';

/** Finds promises that nobody awaits, returns, handles or gives up with `void`: their failures would be lost. */
export function findFloatingPromises(program: SourceProgram): readonly Finding[] {
  const findings: Finding[] = [];
  for (const [path, file] of program.files) {
    walk(file, (node) => {
      if (ts.isExpressionStatement(node) && floats(node.expression, program.checker)) {
        findings.push(findingAt(path, node, 'promise', 'nobody awaits this promise; say `await`, `return` or `void`'));
      }
    });
  }
  return findings;
}

function floats(expression: ts.Expression, checker: ts.TypeChecker): boolean {
  if (ts.isAwaitExpression(expression) || ts.isVoidExpression(expression) || isAssignment(expression)) return false;
  if (isHandled(expression)) return false;
  const type = checker.getTypeAtLocation(expression);
  return (type.isUnion() ? type.types : [type]).some((part) => isThenable(part, expression, checker));
}

function isThenable(type: ts.Type, at: ts.Node, checker: ts.TypeChecker): boolean {
  if (type.flags & ts.TypeFlags.Any) return false;
  const then = type.getProperty('then');
  return then !== undefined && checker.getTypeOfSymbolAtLocation(then, at).getCallSignatures().length > 0;
}

/** `p.catch(f)` and `p.then(f, g)` say what happens on failure. */
function isHandled(expression: ts.Expression): boolean {
  if (!ts.isCallExpression(expression) || !ts.isPropertyAccessExpression(expression.expression)) return false;
  const { name } = expression.expression;
  return (
    (name.text === 'catch' && expression.arguments.length > 0) ||
    (name.text === 'then' && expression.arguments.length > 1)
  );
}

function isAssignment(expression: ts.Expression): boolean {
  if (!ts.isBinaryExpression(expression)) return false;
  const { kind } = expression.operatorToken;
  return kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;
}
