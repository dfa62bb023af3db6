import { printable } from './printable.js';
import { PublishError } from './publish-error.js';

/** Scheme of a target's URL in lower case, or `undefined` for a path. One letter is a Windows drive, not a scheme. */
export function targetUrlScheme(text: string): string | undefined {
  return /^([a-z][a-z0-9+.-]+):/i.exec(text)?.[1]?.toLowerCase();
}

/**
 * Reads where to publish from one text: chooses the parser by the URL's scheme, `file` for paths without one. The parsers
 * come from the caller, so this package knows no storage.
 *
 * @param parsers - By scheme in lower case, for example `{ file: parseFolderUrl, s3: parseS3Url }`.
 * @returns What the parser made: plain data, nothing is opened.
 * @throws PublishError `ERR_TARGET_URL` for an unknown scheme, and for whatever the parser refuses.
 * @example
 * parseTargetUrl('dist/content', { file: parseFolderUrl, s3: parseS3Url }); // → { kind: 'folder', dir: '/…/dist/content' }
 */
export function parseTargetUrl<Description>(
  text: string,
  parsers: Readonly<Record<string, (text: string) => Description>>,
): Description {
  const scheme = targetUrlScheme(text) ?? 'file';
  const parse = Object.hasOwn(parsers, scheme) ? parsers[scheme] : undefined;
  if (parse !== undefined) return parse(text);
  const known = Object.keys(parsers).sort();
  throw new PublishError('ERR_TARGET_URL', `Target "${printable(text)}" has the unknown scheme ${scheme}:`, {
    details: { target: printable(text), expected: known, actual: scheme },
    hint: `Write a path or a URL that starts with ${known.map((name) => `${name}:`).join(' or ')}.`,
  });
}
