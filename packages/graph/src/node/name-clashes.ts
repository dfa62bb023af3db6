import type { Problem } from '@lading/manifest';
import type { WalkedFile } from './walk-directory.js';

/**
 * Finds files that some system could not tell apart: names that are one in NFC (macOS), and paths that differ in case
 * only (Windows, macOS). Archives made here must unpack everywhere.
 */
export function nameClashes(files: readonly WalkedFile[]): Problem[] {
  const problems: Problem[] = [];
  const byFolded = new Map<string, WalkedFile>();
  for (const file of files) {
    const folded = file.path.toLowerCase().normalize('NFC');
    const other = byFolded.get(folded);
    if (other === undefined) byFolded.set(folded, file);
    else if (other.path === file.path)
      problems.push({
        path: file.path,
        problem: 'is the name of two files that differ in their Unicode normal form only',
      });
    else problems.push({ path: file.path, problem: `differs from ${JSON.stringify(other.path)} in case only` });
  }
  return problems;
}
