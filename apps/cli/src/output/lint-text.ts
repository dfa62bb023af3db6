import type { LintFinding } from '@lading/graph';
import { formatBytes } from './byte-size.js';

const MAX_FINDINGS_SHOWN = 50;
const MAX_PATHS_SHOWN = 6;

/** Findings for a terminal, with a count at the end. */
export function lintText(
  findings: readonly LintFinding[],
  { resources, roots }: { readonly resources: number; readonly roots: number },
): string {
  const shown = findings.slice(0, MAX_FINDINGS_SHOWN).map(findingText);
  if (findings.length > shown.length) shown.push(`… and ${findings.length - shown.length} more (see --json)`);
  const count = (severity: string): number => findings.filter((finding) => finding.severity === severity).length;
  const looked = `${resources.toLocaleString('en-US')} resources, ${roots.toLocaleString('en-US')} roots`;
  const verdict =
    findings.length === 0
      ? `nothing found in ${looked}`
      : `${count('error')} errors, ${count('warning')} warnings, ${count('notice')} notices in ${looked}`;
  return [...shown, verdict].join('\n\n');
}

function findingText({ rule, severity, message, paths, pathCount, bytes, hint }: LintFinding): string {
  const shown = paths.slice(0, MAX_PATHS_SHOWN).map((path) => `  ${path}`);
  if (pathCount > shown.length) shown.push(`  … and ${pathCount - shown.length} more`);
  const size = bytes === 0 ? '' : ` (${formatBytes(bytes)})`;
  return [`${severity} ${rule}${size}: ${message}`, ...shown, `  hint: ${hint}`].join('\n');
}
