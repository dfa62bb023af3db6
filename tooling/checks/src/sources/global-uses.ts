import ts from 'typescript';
import { SHARED_GLOBALS } from './shared-globals.js';
import { walk } from './source-program.js';

/** Where the types of platforms come from: Node's from `@types/node`, those of browsers from `lib.dom`. */
const PLATFORM_TYPES = /\/lib\.(dom|webworker|scripthost)[^/]*\.d\.ts$|\/@types\/node\//;
const LANGUAGE_TYPES = /\/lib\.(es\d+|esnext|decorators)[^/]*\.d\.ts$/;

/** Properties of `import.meta` that are not there in every place a neutral package runs. */
const NODE_META = new Set(['dirname', 'filename', 'resolve', 'main']);

/** One use of a global that not every platform has. */
export interface GlobalUse {
  readonly name: string;
  readonly node: ts.Node;
}

/** Lists uses, as values or as types, of globals that Node 20 and browsers do not share. */
export function unsharedGlobalUses(file: ts.SourceFile, checker: ts.TypeChecker): readonly GlobalUse[] {
  const uses: GlobalUse[] = [];
  walk(file, (node) => {
    const name = globalName(node, checker);
    if (name !== undefined && !SHARED_GLOBALS.has(name)) uses.push({ name, node });
  });
  return uses;
}

function globalName(node: ts.Node, checker: ts.TypeChecker): string | undefined {
  if (ts.isPropertyAccessExpression(node) && ts.isMetaProperty(node.expression)) {
    return NODE_META.has(node.name.text) ? `import.meta.${node.name.text}` : undefined;
  }
  if (!ts.isIdentifier(node) || isMemberName(node)) return undefined;
  return isPlatformGlobal(checker.getSymbolAtLocation(node)) ? node.text : undefined;
}

/** A member's name is not a global, but that of `globalThis.document` is. */
function isMemberName(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.name === node && !isGlobalThis(parent.expression);
  return (
    (ts.isQualifiedName(parent) && parent.right === node) ||
    (ts.isPropertyAssignment(parent) && parent.name === node) ||
    (ts.isBindingElement(parent) && parent.propertyName === node && !isGlobalThis(parent.parent.parent.initializer))
  );
}

function isGlobalThis(node: ts.Node | undefined): boolean {
  return node !== undefined && ts.isIdentifier(node) && node.text === 'globalThis';
}

/** Declared by a platform's types and not by the language (`Uint8Array` stands in both). */
function isPlatformGlobal(symbol: ts.Symbol | undefined): boolean {
  const declarations = symbol?.declarations ?? [];
  return declarations.some(isPlatformDeclaration) && !declarations.some(isLanguageDeclaration);
}

function isLanguageDeclaration(declaration: ts.Declaration): boolean {
  return LANGUAGE_TYPES.test(declaration.getSourceFile().fileName);
}

/** A declaration at the top of a platform's type file, or in a `declare global` block there: not a member of something. */
function isPlatformDeclaration(declaration: ts.Declaration): boolean {
  if (!PLATFORM_TYPES.test(declaration.getSourceFile().fileName)) return false;
  const scope = scopeOf(declaration);
  return ts.isSourceFile(scope) ? !ts.isExternalModule(scope) : isGlobalBlock(scope);
}

function scopeOf(declaration: ts.Declaration): ts.Node {
  let node: ts.Node = declaration.parent;
  while (ts.isVariableDeclarationList(node) || ts.isVariableStatement(node)) node = node.parent;
  return node;
}

function isGlobalBlock(node: ts.Node): boolean {
  return ts.isModuleBlock(node) && (node.parent.flags & ts.NodeFlags.GlobalAugmentation) !== 0;
}
