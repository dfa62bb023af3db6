import { findTarballProblems } from './packages/tarball-problems.js';
import { packTarballs } from './packages/tarballs.js';

// `pnpm check:packages`, first step: what each package would publish, and nothing else.
const tarballs = packTarballs();
const problems = tarballs.flatMap((tarball) =>
  findTarballProblems(tarball).map((problem) => `${tarball.name}: ${problem}`),
);
for (const problem of problems) console.log(problem);
console.log(problems.length === 0 ? `${tarballs.length} packages` : `${problems.length} to mend`);
process.exitCode = problems.length === 0 ? 0 : 1;
