import { loadPart } from '../load-part.js';

/** What reads semver ranges: loaded with the first release that has one. */
export function loadSemver(): Promise<typeof import('./semver-range.js')> {
  return loadPart(() => import('./semver-range.js'));
}
