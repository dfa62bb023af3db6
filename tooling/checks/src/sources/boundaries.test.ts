import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WORKSPACE_ROOT } from '../workspace-root.js';
import { findBoundaryProblems } from './boundaries.js';
import { copyWorkspace, type PlantedWorkspace } from './planted-workspace.js';
import { type Finding, loadSourceProgram } from './source-program.js';

interface Fault {
  readonly what: string;
  readonly path: string;
  readonly text: string;
  readonly rule: string;
  readonly message: string | RegExp;
}

const FAULTS: readonly Fault[] = [
  {
    what: 'an orchestration package that imports its neighbour',
    path: 'packages/mount/src/planted-row.ts',
    text: "export { planSplit } from '@lading/splitter';\n",
    rule: 'row',
    message: /@lading\/mount \(orchestration\) must not import @lading\/splitter \(orchestration\)/,
  },
  {
    what: 'an adapter that imports another adapter',
    path: 'packages/publisher/src/node/planted-adapter.ts',
    text: "export type * from '@lading/mount/node';\n",
    rule: 'row',
    message: /@lading\/publisher\/node \(adapter\) must not import @lading\/mount\/node \(adapter\)/,
  },
  {
    what: 'a core that imports its own adapter',
    path: 'packages/mount/src/planted-own-adapter.ts',
    text: "export * from './node/index.js';\n",
    rule: 'row',
    message: 'the core of @lading/mount must not import its node adapter',
  },
  {
    what: 'the vocabulary that imports the domain, even as a type',
    path: 'packages/manifest/src/planted-order.ts',
    text: "export type Graph = import('@lading/graph').ResourceGraph;\n",
    rule: 'row',
    message: /@lading\/manifest \(vocabulary\) must not import @lading\/graph \(domain\)/,
  },
  {
    what: 'a neutral package that names an adapter',
    path: 'packages/publisher/src/planted-s3.ts',
    text: "export type { S3TargetOptions } from '@lading/s3';\n",
    rule: 'row',
    message: /must not import @lading\/s3 \(adapter\)/,
  },
  {
    what: 'a package that imports an app',
    path: 'packages/splitter/src/planted-app.test.ts',
    text: "import 'lading';\n",
    rule: 'row',
    message: 'nothing imports an app',
  },
  {
    what: 'a published source that imports tooling',
    path: 'packages/graph/src/planted-tooling.ts',
    text: "export { library } from '@lading/tsup-preset';\n",
    rule: 'row',
    message: 'tooling is private: only tests and configs import it',
  },
  {
    what: 'a source that imports the conformance suites',
    path: 'packages/s3/src/planted-conformance.ts',
    text: "export * from '@lading/conformance';\n",
    rule: 'row',
    message: 'only tests and apps import the conformance suites',
  },
  {
    what: 'a neutral package that imports a Node module',
    path: 'packages/mount/src/planted-node.ts',
    text: "import { readFileSync } from 'node:fs';\nexport const read: typeof readFileSync = readFileSync;\n",
    rule: 'neutral',
    message: 'node:fs is not there in browsers',
  },
  {
    what: 'a neutral package that imports a Node module without its prefix, and late',
    path: 'packages/graph/src/planted-bare.ts',
    text: "export const load = (): Promise<unknown> => import('path');\n",
    rule: 'neutral',
    message: 'path is not there in browsers',
  },
  {
    what: 'a neutral package that uses Buffer',
    path: 'packages/manifest/src/planted-buffer.ts',
    text: "export const text: string = Buffer.from('a').toString('hex');\n",
    rule: 'neutral',
    message: 'Buffer is not among what Node and browsers share',
  },
  {
    what: 'a neutral package that uses process through globalThis',
    path: 'packages/publisher/src/planted-process.ts',
    text: 'export const home: unknown = globalThis.process;\n',
    rule: 'neutral',
    message: 'process is not among what Node and browsers share',
  },
  {
    what: 'a neutral package that uses the DOM',
    path: 'packages/mount/src/planted-dom.ts',
    text: 'export const title = (): string => document.title;\n',
    rule: 'neutral',
    message: 'document is not among what Node and browsers share',
  },
  {
    what: 'a neutral package that names a DOM type',
    path: 'packages/conformance/src/planted-dom-type.ts',
    text: 'export interface View {\n  readonly element: HTMLElement;\n}\n',
    rule: 'neutral',
    message: 'HTMLElement is not among what Node and browsers share',
  },
  {
    what: 'a neutral package that prints',
    path: 'packages/graph/src/planted-print.ts',
    text: "export const print = (): void => console.log('x');\n",
    rule: 'neutral',
    message: 'console is not among what Node and browsers share',
  },
  {
    what: 'an import that leaves its package by a path',
    path: 'packages/mount/src/planted-outside.ts',
    text: "export * from '../../manifest/src/digest.js';\n",
    rule: 'inside',
    message: /leaves packages\/mount: import the package by its name/,
  },
  {
    what: 'a published source that imports what its package does not depend on',
    path: 'packages/splitter/src/planted-dependency.ts',
    text: "export type { Plugin } from 'esbuild';\n",
    rule: 'dependency',
    message: 'esbuild is not among the dependencies of @lading/splitter',
  },
];

const ALLOWED: readonly { readonly what: string; readonly path: string; readonly text: string }[] = [
  {
    what: 'an adapter that imports Node and its own core',
    path: 'packages/mount/src/node/planted-fine.ts',
    text: "import 'node:fs';\nexport * from '../byte-source.js';\n",
  },
  {
    what: 'a test that imports Node, tooling and a neighbour',
    path: 'packages/mount/src/planted-fine.test.ts',
    text: "import 'node:fs';\nimport '@lading/splitter';\nimport '@lading/vitest-preset';\nconsole.log(process.pid);\n",
  },
  {
    what: 'a neutral package that uses what Node and browsers share, and its own names for other things',
    path: 'packages/manifest/src/planted-fine.ts',
    text: [
      'const document = { title: new TextDecoder().decode(new Uint8Array(1)) };',
      'export const name: string = document.title;',
      'export const window: { readonly process: number } = { process: 1 };',
      'export const has = (url: URL, signal: AbortSignal): boolean => signal.aborted || url.href === name;',
    ].join('\n'),
  },
];

describe('the boundaries check', () => {
  let workspace: PlantedWorkspace;
  let findings: readonly Finding[];

  beforeAll(() => {
    workspace = copyWorkspace();
    for (const { path, text } of [...FAULTS, ...ALLOWED]) workspace.plant(path, text);
    findings = findBoundaryProblems(loadSourceProgram(workspace.root));
  });

  afterAll(() => rmSync(workspace.root, { recursive: true, force: true }));

  it.each(FAULTS)('finds $what', ({ path, rule, message }) => {
    const found = findings.filter((finding) => finding.path === path);
    expect(found.map((finding) => finding.rule)).toContain(rule);
    expect(found.find((finding) => finding.rule === rule)?.message).toMatch(message);
    expect(found.every((finding) => finding.line >= 1 && finding.column >= 1)).toBe(true);
  });

  it.each(ALLOWED)('lets pass $what', ({ path }) => {
    expect(findings.filter((finding) => finding.path === path)).toEqual([]);
  });

  it('exits with 1 and says file, line, column and rule', () => {
    const result = runCheck(workspace.root);
    expect(result.code).toBe(1);
    expect(result.output).toContain('packages/manifest/src/planted-buffer.ts:1:29 neutral: Buffer is not among');
  });
});

function runCheck(root: string): { readonly code: number; readonly output: string } {
  const script = join(WORKSPACE_ROOT, 'tooling/checks/src/check-boundaries.ts');
  try {
    const output = execFileSync(process.execPath, ['--import', 'tsx', script, root], {
      cwd: WORKSPACE_ROOT,
      encoding: 'utf8',
    });
    return { code: 0, output };
  } catch (error) {
    const failure = error as { readonly status: number; readonly stdout: string };
    return { code: failure.status, output: failure.stdout };
  }
}
