import { LadingError } from '@lading/manifest/client';
import type { WebRuntimeOptions } from '@lading/mount/web';

/** What the attributes of the script element say. */
export interface ScriptOptions {
  readonly runtime: Omit<WebRuntimeOptions, 'keys'>;
  /** Absolute URL of the signed root that the page was shipped with. */
  readonly root: string;
  /** Roots to make whole before the page goes on. */
  readonly ensure: readonly string[];
}

/** The script element cannot start a runtime: an attribute is missing, or what it names is. */
export class ScriptError extends LadingError<'ERR_SCRIPT'> {}

/**
 * Reads `data-channel`, `data-root` and, where they are there, `data-ensure` (roots, separated by spaces), `data-prefix`, `data-worker` and
 * `data-app`. URLs are relative to the page.
 *
 * @throws ScriptError `ERR_SCRIPT` where one that is needed is missing
 */
export function readScriptOptions({ dataset }: HTMLElement, page: string): ScriptOptions {
  const { channel, root, ensure = '', prefix, worker, app } = dataset;
  if (channel === undefined || root === undefined) {
    const missing = channel === undefined ? 'data-channel' : 'data-root';
    throw new ScriptError('ERR_SCRIPT', `The script element has no ${missing}`, {
      hint: 'Write <script type="module" src="lading.js" data-channel="content/channels/stable.json" data-root="root.1.json"></script>.',
    });
  }
  return {
    runtime: { channel: new URL(channel, page).href, prefix, worker, app },
    root: new URL(root, page).href,
    ensure: ensure.split(/\s+/).filter((one) => one !== ''),
  };
}
