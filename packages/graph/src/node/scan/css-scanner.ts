import { type CSSToken, TokenType, tokenize } from '@csstools/css-tokenizer';
import type { ScannedReference, Scanner } from '../../scan/scanner.js';
import { localReference } from './local-reference.js';
import { lineCounter, textFile } from './text-file.js';

/**
 * Makes a scanner of CSS files: `url(…)`, `src(…)`, the texts of `@import`, and those of `image-set(…)`. The file is cut
 * into tokens as browsers do, so comments and texts that look like URLs are none.
 *
 * @see https://drafts.csswg.org/css-syntax-3/, section 4
 */
export function cssScanner(): Scanner {
  return {
    name: 'css',
    matches: (path) => /\.css$/i.test(path),
    references: (_path, bytes) => cssReferences(textFile(bytes)),
  };
}

/** All references of a style sheet. `placeOf` says where an offset is. */
export function* cssReferences(
  text: string,
  placeOf: (offset: number) => string = lineCounter(text),
): Generator<ScannedReference> {
  const functions: string[] = [];
  let isImport = false;
  for (const token of tokenize({ css: text })) {
    const url = urlOf(token, isImport || isUrlFunction(functions.at(-1)));
    if (token[0] === TokenType.AtKeyword) isImport = token[4].value.toLowerCase() === 'import';
    else if (token[0] !== TokenType.Whitespace && token[0] !== TokenType.Comment) isImport = false;
    if (token[0] === TokenType.Function) functions.push(token[4].value.toLowerCase());
    else if (token[0] === TokenType.OpenParen) functions.push('');
    else if (token[0] === TokenType.CloseParen) functions.pop();
    const to = url === undefined ? undefined : localReference(url);
    if (to !== undefined) yield { to, at: placeOf(token[2]) };
  }
}

function urlOf(token: CSSToken, isString: boolean): string | undefined {
  if (token[0] === TokenType.URL) return token[4].value;
  return token[0] === TokenType.String && isString ? token[4].value : undefined;
}

function isUrlFunction(name: string | undefined): boolean {
  return name === 'url' || name === 'src' || name === 'image-set' || name === '-webkit-image-set';
}
