import { mountedPath, type ServedContent } from './served-content.js';

/** What `open` was called with, where a mount has it. */
interface OpenedResource {
  readonly path: string;
  readonly method: string;
  isAborted: boolean;
}

interface Prototype {
  open(method: string, url: string | URL, isAsync?: boolean, ...rest: (string | null | undefined)[]): void;
  send(body?: XMLHttpRequestBodyInit | Document | null): void;
  abort(): void;
}

/**
 * Lets `XMLHttpRequest` answer from mounts: between `open` and `send` the URL becomes the object URL of the verified bytes, so that
 * response types, events and progress stay the browser's own. Synchronous requests go where they always went.
 */
export function patchXhr(content: ServedContent): () => void {
  const prototype: Prototype = XMLHttpRequest.prototype;
  const { open, send, abort } = prototype;
  const opened = new WeakMap<XMLHttpRequest, OpenedResource>();
  const patched: Prototype = {
    open(
      this: XMLHttpRequest,
      method: string,
      url: string | URL,
      isAsync: boolean = true,
      ...rest: (string | null | undefined)[]
    ) {
      const path = isAsync && method.toUpperCase() === 'GET' ? mountedPath(content, String(url)) : undefined;
      opened.delete(this);
      if (path !== undefined) opened.set(this, { path, method, isAborted: false });
      open.call(this, method, url, isAsync, ...rest);
    },
    send(this: XMLHttpRequest, body?: XMLHttpRequestBodyInit | Document | null) {
      const resource = opened.get(this);
      if (resource === undefined) send.call(this, body ?? null);
      else void sendMounted(this, resource);
    },
    abort(this: XMLHttpRequest) {
      const resource = opened.get(this);
      if (resource !== undefined) resource.isAborted = true;
      abort.call(this);
    },
  };
  const sendMounted = async (request: XMLHttpRequest, resource: OpenedResource): Promise<void> => {
    const url = await objectUrl(content, resource.path);
    if (opened.get(request) === resource && !resource.isAborted) {
      open.call(request, resource.method, url, true, null, null);
      Object.defineProperty(request, 'responseURL', { value: content.urls.urlOf(resource.path), configurable: true });
      request.addEventListener('loadend', () => URL.revokeObjectURL(url), { once: true });
      send.call(request, null);
    } else {
      URL.revokeObjectURL(url);
    }
  };
  Object.assign(prototype, patched);
  return () => void Object.assign(prototype, { open, send, abort });
}

/** An object URL of the verified bytes; one that leads nowhere where they cannot be had, so that the request fails. */
async function objectUrl({ runtime, onError }: ServedContent, path: string): Promise<string> {
  try {
    return await runtime.url(path);
  } catch (error) {
    onError(error, path);
    const nowhere = URL.createObjectURL(new Blob());
    URL.revokeObjectURL(nowhere);
    return nowhere;
  }
}
