import { join, relative, sep } from 'node:path';
import ts from 'typescript';

/** The type-checked sources of a workspace. */
export interface SourceProgram {
  readonly root: string;
  readonly checker: ts.TypeChecker;
  /** Every file that the workspace itself holds, by its path relative to `root`. */
  readonly files: ReadonlyMap<string, ts.SourceFile>;
}

/** One thing that a check found, at its place. */
export interface Finding {
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly rule: string;
  readonly message: string;
}

/** Loads the program that a tsconfig of the workspace describes. */
export function loadSourceProgram(root: string, configName = 'tsconfig.json'): SourceProgram {
  const configFile = join(root, configName);
  const { config, error } = ts.readConfigFile(configFile, ts.sys.readFile);
  if (error) throw new Error(ts.flattenDiagnosticMessageText(error.messageText, '\n'));
  const { fileNames, options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const program = ts.createProgram(fileNames, options);
  const own = fileNames.map((name): [string, ts.SourceFile | undefined] => [
    relative(root, name).split(sep).join('/'),
    program.getSourceFile(name),
  ]);
  return {
    root,
    checker: program.getTypeChecker(),
    files: new Map(own.filter((entry): entry is [string, ts.SourceFile] => entry[1] !== undefined)),
  };
}

/** Makes a finding at a node. */
export function findingAt(path: string, node: ts.Node, rule: string, message: string): Finding {
  const file = node.getSourceFile();
  const { line, character } = file.getLineAndCharacterOfPosition(node.getStart(file));
  return { path, line: line + 1, column: character + 1, rule, message };
}

/** Calls `visit` with every node of a file, parents first. */
export function walk(file: ts.SourceFile, visit: (node: ts.Node) => void): void {
  const step = (node: ts.Node): void => {
    visit(node);
    ts.forEachChild(node, step);
  };
  ts.forEachChild(file, step);
}
