import { countLines } from './lines/count-lines.js';
import { MEASURED_PATHS, type MeasuredPath } from './lines/measured-paths.js';
import { dependenciesOf, reachableCode } from './lines/reachable-code.js';
import { loadSourceProgram } from './sources/source-program.js';
import { WORKSPACE_ROOT } from './workspace-root.js';

// `pnpm check:lines [--files]`: how many lines of code one has to read to know what a client trusts, and how it reads a zip. Counted is
// what runs or may run, statement by statement, through imports, barrels and parts that are loaded later; types, comments and blank
// lines are not. The limits only ever go down.
const program = loadSourceProgram(WORKSPACE_ROOT);
for (const path of MEASURED_PATHS) report(path);

function report({ name, entries, parts, maxLines }: MeasuredPath): void {
  const code = reachableCode(program, entries);
  const rows = [...code].map(([file, statements]) => {
    const part = parts.find(({ files }) => files.test(file));
    return { file, part, ...countLines(statements) };
  });
  const dependencies = dependenciesOf(code, program);
  console.log(
    `${name}: ${sum(rows)} of ${maxLines} lines of code in ${rows.length} files, ${dependencies.length} dependencies ${dependencies.join(', ')}`.trimEnd(),
  );
  if (dependencies.length > 0 || sum(rows) > maxLines) process.exitCode = 1;
  for (const part of parts) {
    const own = rows.filter((row) => row.part === part);
    console.log(`  ${String(sum(own)).padStart(5)}  ${part.name}`);
    if (process.argv.includes('--files')) for (const row of own) console.log(`         ${row.lines} ${row.file}`);
  }
  console.log(
    `  ${String(rows.reduce((total, { errorLines }) => total + errorLines, 0)).padStart(5)} of all only say what went wrong`,
  );
}

function sum(rows: readonly { readonly lines: number }[]): number {
  return rows.reduce((total, { lines }) => total + lines, 0);
}
