/** One cell of a table; numbers are set to the right. */
export type Cell = string | number | undefined;

const ANSI = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g');

const NEWLINE = 10;

/** Sets rows under a header in columns. Values are made safe for a terminal: no control characters. */
export function textTable(header: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const lines = [header, ...rows].map((row) => header.map((_, column) => cellText(row[column])));
  const widths = header.map((_, column) => Math.max(...lines.map((line) => widthOf(line[column] ?? ''))));
  const isNumber = header.map((_, column) => rows.length > 0 && rows.every((row) => typeof row[column] !== 'string'));
  const set = (line: readonly string[]): string =>
    line
      .map((cell, column) => pad(cell, widths[column] ?? 0, isNumber[column] === true))
      .join('  ')
      .trimEnd();
  const [head, ...body] = lines;
  return [set(head ?? []), widths.map((width) => '─'.repeat(width)).join('  '), ...body.map(set)].join('\n');
}

/** Sets `name  value` lines in two columns. */
export function textFacts(facts: readonly (readonly [string, Cell])[]): string {
  const shown = facts.filter(([, value]) => value !== undefined && value !== '');
  const width = Math.max(0, ...shown.map(([name]) => name.length));
  return shown.map(([name, value]) => `${name.padEnd(width)}  ${cellText(value)}`).join('\n');
}

/** Makes text from outside safe to print: control characters become visible escapes. */
export function printable(text: string): string {
  let safe = '';
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    safe += isUnsafe(code) && code !== NEWLINE ? `\\u{${code.toString(16)}}` : character;
  }
  return safe;
}

/** Control characters, and those that turn the direction of text around or break lines unseen. */
function isUnsafe(code: number): boolean {
  return (
    code < 32 ||
    (code >= 127 && code < 160) ||
    (code >= 0x200e && code <= 0x200f) ||
    (code >= 0x2028 && code <= 0x202e) ||
    (code >= 0x2066 && code <= 0x2069)
  );
}

/** Keeps a name from outside on its line: with a line break in it, it could pretend to be another line of ours. */
export function oneLine(name: string): string {
  return name.replaceAll('\n', '\\u{a}');
}

function cellText(cell: Cell): string {
  if (cell === undefined) return '';
  return typeof cell === 'number' ? cell.toLocaleString('en-US') : oneLine(cell);
}

function widthOf(text: string): number {
  return [...text.replace(ANSI, '')].length;
}

function pad(text: string, width: number, toTheRight: boolean): string {
  const blanks = ' '.repeat(Math.max(0, width - widthOf(text)));
  return toTheRight ? blanks + text : text + blanks;
}
