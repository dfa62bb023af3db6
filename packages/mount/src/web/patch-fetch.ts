import { answerRequest } from './answer-request.js';
import { mountedPath, type ServedContent } from './served-content.js';

/** Lets `fetch` of the page answer from mounts. Gives what takes it back. */
export function patchFetch(content: ServedContent): () => void {
  const original = globalThis.fetch;
  const patched: typeof fetch = async (input, init) => {
    const method = (init?.method ?? (input instanceof Request ? input.method : 'GET')).toUpperCase();
    const url = input instanceof Request ? input.url : String(input);
    const path = method === 'GET' || method === 'HEAD' ? mountedPath(content, url) : undefined;
    if (path === undefined) return original(input, init);
    const asked = input instanceof Request ? input : undefined;
    const signal = init?.signal ?? asked?.signal;
    const range = new Headers(init?.headers ?? asked?.headers).get('range') ?? undefined;
    const { status, headers, body } = await answerRequest(content, {
      path,
      method,
      range,
      signal: signal ?? undefined,
    });
    const response = new Response(body, { status, headers });
    Object.defineProperty(response, 'url', { value: content.urls.urlOf(path) }); // Loaders take relative names from it.
    return response;
  };
  globalThis.fetch = patched;
  return () => {
    if (globalThis.fetch === patched) globalThis.fetch = original;
  };
}
