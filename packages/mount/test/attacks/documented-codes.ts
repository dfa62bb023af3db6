import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Every code in the tables of errors of the READMEs of `mount` and `manifest`; `_NAME` stands for the first code's with another end. */
export function documentedCodes(): ReadonlySet<string> {
  const codes = new Set<string>();
  for (const readme of ['../../README.md', '../../../manifest/README.md']) {
    const text = readFileSync(fileURLToPath(new URL(readme, import.meta.url)), 'utf8');
    for (const [, cell = ''] of text.matchAll(/^\| (`ERR_[^|]+) \|/gm)) addCodes(cell, codes);
  }
  return codes;
}

function addCodes(cell: string, codes: Set<string>): void {
  let stem = '';
  for (const [, code = ''] of cell.matchAll(/`([A-Z_]+)`/g)) {
    const whole = code.startsWith('_') ? stem + code : code;
    if (whole === code) stem = code.slice(0, code.lastIndexOf('_'));
    codes.add(whole);
  }
}
