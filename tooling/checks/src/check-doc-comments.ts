import { findUndocumentedExports } from './sources/doc-comments.js';
import { reportFindings } from './sources/report-findings.js';
import { loadSourceProgram } from './sources/source-program.js';
import { WORKSPACE_ROOT } from './workspace-root.js';

// `pnpm check:doc-comments [folder]`: every export of a published package says what it does.
const program = loadSourceProgram(process.argv[2] ?? WORKSPACE_ROOT);
reportFindings(findUndocumentedExports(program), 'every export has a doc comment');
