import { startWebRuntime, type WebRuntime, type WebRuntimeOptions } from '@lading/mount/web';

// What tests call in the page. Each gives plain values.
let runtime: WebRuntime;
const errors: string[] = [];

const start = async (options: Partial<WebRuntimeOptions> = {}, root = '/assets/hello.txt'): Promise<object> => {
  const keys = new Uint8Array(await (await fetch('root.1.json')).arrayBuffer());
  const channel = new URL('channels/stable.json', document.baseURI).href;
  runtime = await startWebRuntime({
    ...{ channel, keys, attempts: 1, servingTimeoutMs: 3_000 },
    onServingError: (error, path) => {
      errors.push(`${path} ${(error as { code?: string }).code}`);
      throw new Error('a listener of the game fails, too');
    },
    ...options,
  });
  if (root !== '') await runtime.ensure(root);
  const { tier, reasons, prefix } = runtime.serving;
  return {
    tier,
    reasons: reasons.map(({ code }) => code),
    hints: reasons.every(({ hint }) => hint !== undefined),
    prefix,
  };
};

/** Mounts by ranges: nothing is checked before it is read. */
const startRemote = async (): Promise<string> => {
  await start({}, '');
  await runtime.addMount({ name: 'level', archive: 'level', mode: 'remote' });
  return runtime.serving.tier;
};

const got = async (url: string, init?: RequestInit): Promise<object> => {
  const response = await fetch(url, init);
  const { status, headers } = response;
  const header = (name: string): string | null => headers.get(name);
  return {
    status,
    text: await response.text(),
    type: header('content-type'),
    length: header('content-length'),
    range: header('content-range'),
    isDigest: /^"sha256:/.test(header('etag') ?? ''),
    url: response.url.replace(document.baseURI, ''),
  };
};

const byXhr = (url: string, responseType: XMLHttpRequestResponseType = 'text'): Promise<object> =>
  new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.responseType = responseType;
    request.open('GET', url);
    request.onloadend = () => {
      const size = request.response instanceof ArrayBuffer ? request.response.byteLength : request.response;
      resolve({ status: request.status, response: size, url: request.responseURL.replace(document.baseURI, '') });
    };
    request.send();
  });

const imageWidth = async (url: string, how: 'src' | 'setAttribute' | 'innerHTML'): Promise<string> => {
  const holder = document.createElement('div');
  const image = how === 'innerHTML' ? undefined : new Image();
  const loaded = (one: HTMLImageElement): Promise<string> =>
    new Promise((resolve) => {
      one.onload = () => resolve(`${one.naturalWidth} ${one.src.replace(document.baseURI, '')}`);
      one.onerror = () => resolve('error');
    });
  if (image === undefined) {
    holder.innerHTML = `<img src="${url}">`;
    return loaded(holder.firstElementChild as HTMLImageElement);
  }
  const end = loaded(image);
  if (how === 'src') image.src = url;
  else image.setAttribute('src', url);
  return end;
};

/** The events of a request that is given up while it is under way. */
const abortedXhr = (url: string): Promise<string> =>
  new Promise((resolve) => {
    const request = new XMLHttpRequest();
    const said: string[] = [];
    for (const type of ['load', 'error', 'abort', 'loadend'])
      request.addEventListener(type, () => void said.push(type));
    request.open('GET', url);
    request.send();
    request.abort();
    setTimeout(() => resolve(said.join(' ')), 100);
  });

/** What an image has whose source was taken away while it was under way. */
const removedSource = (url: string): Promise<string> =>
  new Promise((resolve) => {
    const image = new Image();
    image.src = url;
    image.removeAttribute('src');
    setTimeout(() => resolve(`[${image.src}] ${image.naturalWidth}`), 100);
  });

const audioSeconds = (url: string): Promise<string> =>
  new Promise((resolve) => {
    const audio = new Audio(url);
    audio.preload = 'auto';
    audio.onloadedmetadata = () => resolve(audio.duration.toFixed(1));
    audio.onerror = () => resolve('error');
    audio.load();
  });

const viaElement = (tag: 'script' | 'link', url: string): Promise<string> =>
  new Promise((resolve) => {
    const made = document.createElement(tag);
    made.addEventListener('load', () => resolve('load'));
    made.addEventListener('error', () => resolve('error'));
    if (made instanceof HTMLLinkElement) {
      made.rel = 'stylesheet';
      made.href = url;
    } else {
      made.src = url;
    }
    document.head.append(made);
  });

const imported = async (url: string): Promise<string> => {
  const name = new URL(url, document.baseURI).href;
  return (await import(name)).from;
};

const inWorker = (script: string): Promise<string> =>
  new Promise((resolve) => {
    const worker = new Worker(script);
    worker.onmessage = ({ data }) => resolve(String(data));
    worker.onerror = () => resolve('error');
    worker.postMessage('go');
  });

const inFrame = async (url: string): Promise<string> => {
  const frame = document.createElement('iframe');
  const isLoaded = new Promise((resolve) => {
    frame.onload = resolve;
  });
  frame.srcdoc = '<!doctype html><title>frame</title>';
  document.body.append(frame);
  await isLoaded;
  const response = await frame.contentWindow?.fetch(new URL(url, document.baseURI).href);
  return `${response?.status} ${await response?.text()}`;
};

/** Puts all of it where tests find it. */
export function openPage(): void {
  Object.assign(globalThis, {
    ...{
      start,
      startRemote,
      got,
      byXhr,
      abortedXhr,
      removedSource,
      imageWidth,
      audioSeconds,
      viaElement,
      imported,
      inWorker,
      inFrame,
    },
    errors: () => errors,
    ranScript: undefined,
    unmount: () => runtime.removeMount('level'),
    closeRuntime: () => runtime.close(),
    urlOf: (path: string) => runtime.urlOf(path),
    nativeFetch: () => globalThis.fetch.toString().includes('[native code]'),
  });
  document.documentElement.dataset.state = 'ready';
}
