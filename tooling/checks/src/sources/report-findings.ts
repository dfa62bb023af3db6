import type { Finding } from './source-program.js';

/** Prints findings as `file:line:column rule: message`, one a line, then how many; sets the exit code. */
export function reportFindings(findings: readonly Finding[], allClear: string): void {
  for (const { path, line, column, rule, message } of findings) {
    console.log(`${path}:${line}:${column} ${rule}: ${message}`);
  }
  console.log(findings.length === 0 ? allClear : `${findings.length} to mend`);
  process.exitCode = findings.length === 0 ? 0 : 1;
}
