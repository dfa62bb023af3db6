import { findFloatingPromises } from './sources/floating-promises.js';
import { reportFindings } from './sources/report-findings.js';
import { loadSourceProgram } from './sources/source-program.js';
import { WORKSPACE_ROOT } from './workspace-root.js';

// `pnpm check:promises [folder]`: no promise is left to itself.
const program = loadSourceProgram(process.argv[2] ?? WORKSPACE_ROOT);
reportFindings(findFloatingPromises(program), `${program.files.size} files handle their promises`);
