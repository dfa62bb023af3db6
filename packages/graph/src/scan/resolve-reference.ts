/**
 * Resolves a reference against the file that it stands in.
 *
 * @returns A resource path in NFC, or `undefined` where the reference leaves the folder or names none of its files.
 * @example
 * resolveReference('/levels/1.json', '../sky.png'); // → '/sky.png'
 */
export function resolveReference(from: string, to: string): string | undefined {
  const segments = to.startsWith('/') ? [] : from.split('/').slice(1, -1);
  for (const segment of to.split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment !== '..') segments.push(segment);
    else if (segments.pop() === undefined) return undefined;
  }
  return segments.length === 0 ? undefined : `/${segments.join('/')}`.normalize('NFC');
}
