import { mountedPath, type ServedContent } from './served-content.js';

/** What `open` was called with, where a mount has it. */
interface OpenedResource {
  readonly path: string;
  readonly method: string;
  /** Sent, and its bytes are being read. */
  isWaiting: boolean;
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
      if (path !== undefined) opened.set(this, { path, method, isWaiting: false });
      open.call(this, method, url, isAsync, ...rest);
    },
    send(this: XMLHttpRequest, body?: XMLHttpRequestBodyInit | Document | null) {
      const resource = opened.get(this);
      if (resource === undefined) return send.call(this, body ?? null);
      if (resource.isWaiting) throw new DOMException('The request was sent already', 'InvalidStateError');
      resource.isWaiting = true;
      void sendMounted(this, resource);
    },
    abort(this: XMLHttpRequest) {
      const isWaiting = opened.get(this)?.isWaiting === true;
      opened.delete(this);
      abort.call(this);
      if (!isWaiting) return;
      // For the browser nothing was sent yet, so it says nothing; who waits for the end is told here.
      for (const type of ['abort', 'loadend']) this.dispatchEvent(new ProgressEvent(type));
    },
  };
  const sendMounted = async (request: XMLHttpRequest, resource: OpenedResource): Promise<void> => {
    const url = await objectUrl(content, resource.path);
    if (opened.get(request) !== resource) return URL.revokeObjectURL(url);
    opened.delete(request);
    open.call(request, resource.method, url, true, null, null);
    Object.defineProperty(request, 'responseURL', { value: content.urls.urlOf(resource.path), configurable: true });
    request.addEventListener('loadend', () => URL.revokeObjectURL(url), { once: true });
    send.call(request, null);
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
