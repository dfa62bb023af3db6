import { startWebRuntime, type WebRuntime } from '@lading/mount/web';
import { readScriptOptions, ScriptError } from './script-options.js';

// `lading.js`: one script element is all that a page on a static host needs. What it says goes into `globalThis.lading`, a promise of the
// runtime; and whoever imports the file starts a runtime by hand.
export { startWebRuntime };

const script = document.querySelector<HTMLScriptElement>('script[data-channel]');
if (script !== null) {
  const ready = start(script);
  ready.catch((error: unknown) => {
    const { code, hint } = error as { readonly code?: string; readonly hint?: string };
    console.error(`Lading: ${code ?? 'Error'}: ${String(error)}. ${hint ?? ''}`);
  });
  Object.assign(globalThis, { lading: ready });
}

async function start(element: HTMLElement): Promise<WebRuntime> {
  const { runtime: options, root, ensure } = readScriptOptions(element, document.baseURI);
  const response = await fetch(root);
  if (!response.ok) {
    const hint = 'data-root names the signed root that lies beside the page.';
    throw new ScriptError('ERR_SCRIPT', `${root}: the server answered ${response.status}`, { hint });
  }
  const runtime = await startWebRuntime({ ...options, keys: new Uint8Array(await response.arrayBuffer()) });
  for (const one of ensure) await runtime.ensure(one);
  return runtime;
}
