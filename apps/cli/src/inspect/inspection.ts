import type { JsonObject, Problem } from '@lading/manifest';
import type { Cell } from '../output/text-table.js';
import { textFacts, textTable } from '../output/text-table.js';

/** What `lading inspect` found out about a file. */
export interface Inspection {
  /** `defold-manifest`, `zip`, `graph`, `release`, …. */
  readonly kind: string;
  readonly facts: readonly (readonly [string, Cell])[];
  readonly tables?: readonly InspectionTable[] | undefined;
  /** What is wrong: a digest, a CRC, a signature. Empty where everything that could be checked is right. */
  readonly problems: readonly Problem[];
  /** Everything, for `--json`. */
  readonly json: JsonObject;
}

/** A part of an {@link Inspection} with rows. */
export interface InspectionTable {
  readonly title: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

const MAX_ROWS_SHOWN = 25;
const MAX_PROBLEMS_SHOWN = 20;

/** An inspection for a terminal. Long tables are cut, and say so; `--json` has everything. */
export function inspectionText(inspection: Inspection): string {
  const parts = [textFacts([['kind', inspection.kind], ...inspection.facts])];
  for (const { title, header, rows } of inspection.tables ?? []) {
    if (rows.length === 0) continue;
    const more = rows.length > MAX_ROWS_SHOWN ? `\n… and ${rows.length - MAX_ROWS_SHOWN} more (see --json)` : '';
    parts.push(`${title}\n${textTable(header, rows.slice(0, MAX_ROWS_SHOWN))}${more}`);
  }
  parts.push(problemsText(inspection.problems));
  return parts.join('\n\n');
}

/** An inspection as the document of `--json`. */
export function inspectionDocument(file: string, inspection: Inspection): JsonObject {
  const problems = inspection.problems.map(({ path, problem }) => ({ path, problem }));
  return { file, kind: inspection.kind, ...inspection.json, problems };
}

function problemsText(problems: readonly Problem[]): string {
  if (problems.length === 0) return 'Everything that could be checked is right.';
  const shown = problems.slice(0, MAX_PROBLEMS_SHOWN).map(({ path, problem }) => `  ${path}: ${problem}`);
  const more = problems.length > shown.length ? [`  … and ${problems.length - shown.length} more (see --json)`] : [];
  return [`${problems.length} problems:`, ...shown, ...more].join('\n');
}
