import { mountedPath, type ServedContent } from './served-content.js';

/** Elements that load, and the attribute with the URL. */
const LOADING: readonly (readonly [classOf: () => { readonly prototype: Element }, attribute: string])[] = [
  [() => HTMLImageElement, 'src'],
  [() => HTMLMediaElement, 'src'],
  [() => HTMLSourceElement, 'src'],
  [() => HTMLScriptElement, 'src'],
  [() => HTMLLinkElement, 'href'],
  [() => HTMLVideoElement, 'poster'],
];

/** What an element was given, and what it has instead. */
interface Replaced {
  readonly given: string;
  url: string | undefined;
}

/**
 * Lets elements that a script makes load from mounts: what is put into `src`, `href` or `poster`, also by `setAttribute` and
 * `new Audio(url)`, becomes an object URL of the verified bytes; reading the property gives what was put there. Markup, `url()` in style
 * sheets and module imports are not reached: that takes tier A.
 */
export function patchElements(content: ServedContent): () => void {
  const replaced: Replacements = new Map(LOADING.map(([, attribute]) => [attribute, new WeakMap()]));
  const undo = LOADING.map(([classOf, attribute]) =>
    patchProperty(classOf().prototype, { attribute, content, replaced: replaced.get(attribute) ?? new WeakMap() }),
  );
  undo.push(patchSetAttribute(), patchRemoveAttribute(replaced), patchAudio());
  return () => {
    for (const one of undo.reverse()) one();
  };
}

/** What elements have instead, by attribute. */
type Replacements = ReadonlyMap<string, WeakMap<Element, Replaced>>;

interface LoadingProperty {
  readonly attribute: string;
  readonly content: ServedContent;
  readonly replaced: WeakMap<Element, Replaced>;
}

/** Forgets what an element has instead, also where it is still on its way. */
function forget(replaced: WeakMap<Element, Replaced> | undefined, element: Element): void {
  const before = replaced?.get(element);
  replaced?.delete(element);
  if (before?.url !== undefined) URL.revokeObjectURL(before.url);
}

function patchProperty(prototype: Element, { attribute, content, replaced }: LoadingProperty): () => void {
  const original = Object.getOwnPropertyDescriptor(prototype, attribute);
  if (original?.get === undefined || original.set === undefined) return () => {};
  const { get, set } = original;
  Object.defineProperty(prototype, attribute, {
    ...original,
    get(this: Element) {
      return replaced.get(this)?.given ?? get.call(this);
    },
    set(this: Element, value: unknown) {
      const url = String(value);
      forget(replaced, this);
      const path = mountedPath(content, url);
      if (path === undefined) return set.call(this, value);
      const own: Replaced = { given: new URL(url, document.baseURI).href, url: undefined };
      replaced.set(this, own);
      void replace(this, content, {
        path,
        own,
        isCurrent: () => replaced.get(this) === own,
        put: (to) => set.call(this, to),
      });
    },
  });
  return () => void Object.defineProperty(prototype, attribute, original);
}

interface Replacement {
  readonly path: string;
  readonly own: Replaced;
  readonly isCurrent: () => boolean;
  readonly put: (url: string) => void;
}

async function replace(
  element: Element,
  { runtime, onError }: ServedContent,
  { path, own, isCurrent, put }: Replacement,
): Promise<void> {
  try {
    const url = await runtime.url(path);
    if (!isCurrent()) return URL.revokeObjectURL(url);
    own.url = url;
    if (!(element instanceof HTMLMediaElement) && !(element instanceof HTMLSourceElement))
      revokeWhenLoaded(element, own);
    put(url);
  } catch (error) {
    onError(error, path);
    if (isCurrent()) element.dispatchEvent(new Event('error'));
  }
}

/** Media elements go on reading; they give theirs back when they get another. */
function revokeWhenLoaded(element: Element, own: Replaced): void {
  const revoke = (): void => {
    if (own.url !== undefined) URL.revokeObjectURL(own.url);
    own.url = undefined;
  };
  element.addEventListener('load', revoke, { once: true });
  element.addEventListener('error', revoke, { once: true });
}

function patchSetAttribute(): () => void {
  const original = Element.prototype.setAttribute;
  const patched = function (this: Element, name: string, value: string): void {
    const property = name.toLowerCase();
    const isLoading = LOADING.some(([classOf, own]) => own === property && this instanceof (classOf() as never));
    if (isLoading) Reflect.set(this, property, value, this);
    else original.call(this, name, value);
  };
  Element.prototype.setAttribute = patched;
  return () => {
    if (Element.prototype.setAttribute === patched) Element.prototype.setAttribute = original;
  };
}

/** Games let go of media so; what is still on its way must not come back. */
function patchRemoveAttribute(replaced: Replacements): () => void {
  const original = Element.prototype.removeAttribute;
  const patched = function (this: Element, name: string): void {
    forget(replaced.get(name.toLowerCase()), this);
    original.call(this, name);
  };
  Element.prototype.removeAttribute = patched;
  return () => {
    if (Element.prototype.removeAttribute === patched) Element.prototype.removeAttribute = original;
  };
}

function patchAudio(): () => void {
  const Original = globalThis.Audio;
  const patched = new Proxy(Original, {
    construct(target, [url]: [string?]) {
      const audio = new target();
      if (url !== undefined) audio.src = url;
      return audio;
    },
  });
  globalThis.Audio = patched;
  return () => {
    if (globalThis.Audio === patched) globalThis.Audio = Original;
  };
}
