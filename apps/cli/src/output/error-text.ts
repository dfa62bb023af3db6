import { isLadingError, type JsonObject, type JsonValue } from '@lading/manifest';
import { printable } from './text-table.js';

const MAX_PROBLEMS_SHOWN = 20;

/** An error as a JSON document: `{ok: false, error: {code, message, details, hint}}`. */
export function errorDocument(error: unknown): JsonObject {
  if (!isLadingError(error)) {
    return {
      ok: false,
      error: { code: 'ERR_INTERNAL', message: error instanceof Error ? error.message : String(error) },
    };
  }
  const { code, message, details, hint, retryable } = error;
  return { ok: false, error: { code, message, details, ...(hint === undefined ? {} : { hint }), retryable } };
}

/** An error for a terminal: code and message, every problem with its place, expected and got, the hint. */
export function errorText(error: unknown): string {
  if (!isLadingError(error)) return internalErrorText(error);
  const lines = [`error ${error.code}: ${error.message}`];
  const problems = problemsOf(error.details.problems);
  for (const problem of problems.slice(0, MAX_PROBLEMS_SHOWN)) lines.push(`  ${problem}`);
  if (problems.length > MAX_PROBLEMS_SHOWN)
    lines.push(`  … and ${problems.length - MAX_PROBLEMS_SHOWN} more (see --json)`);
  for (const name of ['expected', 'actual', 'got'] as const) {
    const value = error.details[name];
    if (value !== undefined) lines.push(`  ${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`);
  }
  if (error.hint !== undefined) lines.push(`hint: ${error.hint}`);
  return printable(lines.join('\n'));
}

function problemsOf(value: JsonValue | undefined): string[] {
  if (!Array.isArray(value)) return [];
  return (value as readonly JsonValue[]).map((item) => {
    if (typeof item !== 'object' || item === null || Array.isArray(item)) return JSON.stringify(item);
    const { path, problem } = item as JsonObject;
    return path === '' ? String(problem) : `${String(path)}: ${String(problem)}`;
  });
}

function internalErrorText(error: unknown): string {
  const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return printable(`internal error: ${what}\nThis is a bug in lading. Please report it with the command that you ran.`);
}
