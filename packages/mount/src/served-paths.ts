import { compilePatterns, type PathPredicate } from './path-pattern.js';

/** What an app runs and does not only show: a mount of data must not bring it. Defold's compiled scripts are among it. */
const CODE = /\.(?:[cm]?js|wasm|html?|xhtml|luac|(?:gui_|render_)?scriptc|dylib|so|dll)$/i;

/** Which paths a mount may serve. */
export interface ServedPaths {
  /** Patterns of what it may serve. Default: all. */
  readonly allow?: readonly string[] | undefined;
  /** True where it must bring neither code nor anything that is protected. */
  readonly dataOnly?: boolean | undefined;
}

/**
 * Makes the predicate of what a mount may serve; `undefined` where that is everything.
 *
 * @param isProtected - What the app keeps for itself.
 * @throws MountError `ERR_MOUNT_PATTERN`
 */
export function servedPaths(
  { allow, dataOnly }: ServedPaths,
  isProtected: PathPredicate | undefined,
): PathPredicate | undefined {
  const allows = allow === undefined ? undefined : compilePatterns(allow);
  if (dataOnly !== true) return allows;
  return (path) => !CODE.test(path) && isProtected?.(path) !== true && allows?.(path) !== false;
}
