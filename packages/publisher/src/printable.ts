/**
 * Makes a text from outside fit for a message: control characters become `\u00XX`, credentials in URLs become `***`, and
 * what is longer than 200 characters is cut.
 *
 * @example
 * printable('s3://key:secret@bucket/'); // → 's3://***@bucket/'
 */
export function printable(text: string): string {
  const short = text.length > 200 ? `${text.slice(0, 200)}…` : text;
  let safe = '';
  for (const character of short.replace(/\/\/[^/@\s]*@/g, '//***@')) {
    const code = character.codePointAt(0) ?? 0;
    const isControl = code < 32 || (code >= 127 && code < 160) || (code >= 0x202a && code <= 0x202e);
    safe += isControl ? `\\u${code.toString(16).padStart(4, '0')}` : character;
  }
  return safe;
}
