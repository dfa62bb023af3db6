import type { Step } from './publish-gallery.js';

/** Prints steps as a table: what was done, how many bytes, how long it took. */
export function stepTable(steps: readonly Step[]): string {
  const rows = [
    ['step', 'what', 'bytes', 'ms'],
    ...steps.map(({ step, what, bytes, ms }) => [
      step,
      what,
      bytes === 0 ? '' : bytes.toLocaleString('en'),
      ms.toFixed(0),
    ]),
  ];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const isNumber = (column: number): boolean => column >= 2;
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => (isNumber(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
      .join('  ');
  const [head = [], ...body] = rows;
  return [line(head), widths.map((width) => '─'.repeat(width)).join('  '), ...body.map(line)].join('\n');
}
