import { loadPart } from '@lading/manifest/client';
import type { PathPredicate } from './path-pattern.js';
import type { ServedPaths } from './served-paths.js';

/**
 * Which paths a mount may serve; `undefined`: all. What reads allow-lists is loaded for mounts that have one, or bring data only.
 *
 * @throws MountError `ERR_MOUNT_PATTERN`
 */
export async function pathsServed(
  served: ServedPaths,
  isProtected: PathPredicate | undefined,
): Promise<PathPredicate | undefined> {
  if (served.allow === undefined && served.dataOnly !== true) return undefined;
  const { servedPaths } = await loadPart(() => import('./served-paths.js'));
  return servedPaths(served, isProtected);
}
