/**
 * Tells whether {@link directoryGraph} leaves out a file or folder of this name (and all below it), unless `includeHidden` is set:
 * names that begin with a dot, and `node_modules`.
 *
 * @example
 * isHiddenName('.git'); // → true
 */
export function isHiddenName(name: string): boolean {
  return name.startsWith('.') || name === 'node_modules';
}
