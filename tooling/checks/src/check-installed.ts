import { buildPlugIns, compileImports, importableNames, installTarballs } from './packages/consumer.js';
import { readTarballs } from './packages/tarballs.js';

// `pnpm check:packages`, last step: what a user gets who installs the packages with npm, outside this workspace.
const tarballs = readTarballs();
/** Examples that somebody else would write, with nothing but what is published. */
const PLUG_INS = ['publish-target', 'scanner', 'split-strategy'];
/** Entries that are scripts: they do something where they are put, and export nothing. */
const SCRIPTS: readonly string[] = ['@lading/mount/web/service-worker'];
const names = tarballs.flatMap(importableNames);
const consumer = installTarballs(tarballs);
const problems: string[] = [];
try {
  for (const name of names) {
    const isEmptyWrong = SCRIPTS.includes(name) ? '!== 0' : '=== 0';
    const script = `const m = await import('${name}'); if (Object.keys(m).length ${isEmptyWrong}) throw new Error('exports: ' + Object.keys(m));`;
    const result = consumer.run(process.execPath, '--input-type=module', '--eval', script);
    if (result.status !== 0) problems.push(`import '${name}': ${result.stderr}`);
  }
  problems.push(...compileImports(consumer, names), ...buildPlugIns(consumer, PLUG_INS), ...programProblems());
} finally {
  consumer.remove();
}
for (const problem of problems) console.log(problem);
console.log(
  problems.length === 0 ? `${names.length} modules of ${tarballs.length} packages` : `${problems.length} to mend`,
);
process.exitCode = problems.length === 0 ? 0 : 1;

function programProblems(): readonly string[] {
  const version = tarballs.find(({ name }) => name === 'lading')?.version;
  const help = consumer.run('npx', '--no-install', 'lading', '--help');
  const printed = consumer.run('npx', '--no-install', 'lading', '--version');
  return [
    ...(help.status === 0 && help.stdout.includes('lading')
      ? []
      : [`npx lading --help: exit ${help.status}\n${help.stdout}${help.stderr}`]),
    ...(printed.stdout.trim() === version
      ? []
      : [`npx lading --version: expected ${version}, got ${printed.stdout}${printed.stderr}`]),
  ];
}
