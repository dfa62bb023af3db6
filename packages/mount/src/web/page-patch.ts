import { patchElements } from './patch-elements.js';
import { patchFetch } from './patch-fetch.js';
import { patchXhr } from './patch-xhr.js';
import type { ServedContent } from './served-content.js';

/** Tier B: what this page's own scripts ask for is answered from mounts. Gives what takes it back. */
export function patchPage(content: ServedContent): () => void {
  const undo = [patchFetch(content), patchXhr(content), patchElements(content)];
  return () => {
    for (const one of undo.reverse()) one();
  };
}
