import { pointerToken } from '../../scan/json-values.js';

/**
 * Says on which line each value of a JSON text stands, by JSON pointer. The text must be JSON: parse it first. Without
 * recursion.
 *
 * @returns A function from a pointer to a place: `3#/files/0/url`, or the pointer alone where the text has no such value.
 */
export function jsonPlaces(text: string): (pointer: string) => string {
  const lines = new Map<string, number>();
  /** Open objects and lists: their pointer, and the key or index that is next. */
  const open: { readonly pointer: string; readonly isList: boolean; next: string }[] = [];
  let line = 1;
  const beginValue = (): string => {
    const parent = open.at(-1);
    const pointer = parent === undefined ? '' : `${parent.pointer}/${parent.next}`;
    lines.set(pointer, line);
    return pointer;
  };
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    const parent = open.at(-1);
    if (character === '\n') line++;
    else if (character === '{' || character === '[')
      open.push({ pointer: beginValue(), isList: character === '[', next: character === '[' ? '0' : '' });
    else if (character === '}' || character === ']') open.pop();
    else if (character === ',' && parent?.isList === true) parent.next = String(Number(parent.next) + 1);
    else if (character === '"') {
      const end = endOfString(text, at);
      const isKey = parent?.isList === false && isBeforeColon(text, end);
      if (isKey) parent.next = pointerToken(JSON.parse(text.slice(at, end)) as string);
      else beginValue();
      at = end - 1;
    }
  }
  return (pointer) => (lines.has(pointer) ? `${lines.get(pointer)}#${pointer}` : pointer);
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}

function isBeforeColon(text: string, from: number): boolean {
  let at = from;
  while (text[at] === ' ' || text[at] === '\n' || text[at] === '\r' || text[at] === '\t') at++;
  return text[at] === ':';
}
