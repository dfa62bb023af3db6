import { pnpm } from './workspace.mjs';

const bin = (name, ...args) => [process.execPath, `node_modules/${name}`, ...args];
const script = (name, ...args) => [process.execPath, '--import', 'tsx', `tooling/checks/src/${name}`, ...args];

/** Every check beside the tests: what it is called, what runs, and which checks must have passed before. */
export const CHECKS = [
  { name: 'build', command: pnpm('exec', 'turbo', 'run', 'build', '--output-logs=errors-only') },
  { name: 'typecheck', command: bin('typescript/bin/tsc', '-p', 'tsconfig.json') },
  { name: 'typecheck of configs', command: bin('typescript/bin/tsc', '-p', 'tsconfig.configs.json') },
  { name: 'lint', command: bin('@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '.') },
  { name: 'boundaries', command: script('check-boundaries.ts') },
  { name: 'promises', command: script('check-promises.ts') },
  { name: 'doc comments', command: script('check-doc-comments.ts') },
  { name: 'lines to read', command: script('check-lines.ts') },
  { name: 'dead code', command: bin('knip/bin/knip.js', '--no-progress', '--no-config-hints') },
  { name: 'size', after: ['build'], command: script('check-size.ts') },
  { name: 'pack', after: ['build'], command: script('check-pack.ts') },
  { name: 'publint', after: ['pack'], command: script('check-publint.ts') },
  { name: 'types of packages', after: ['pack'], command: script('check-package-types.ts') },
  { name: 'installed packages', after: ['pack'], command: script('check-installed.ts') },
];
