import { findBoundaryProblems } from './sources/boundaries.js';
import { reportFindings } from './sources/report-findings.js';
import { loadSourceProgram } from './sources/source-program.js';
import { WORKSPACE_ROOT } from './workspace-root.js';

// `pnpm check:boundaries [folder]`: the direction of imports, and neutral packages that stay neutral.
const program = loadSourceProgram(process.argv[2] ?? WORKSPACE_ROOT);
reportFindings(findBoundaryProblems(program), `${program.files.size} files keep to their rows`);
