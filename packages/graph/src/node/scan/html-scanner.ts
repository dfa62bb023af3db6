import { type DefaultTreeAdapterMap, parse } from 'parse5';
import type { ScannedReference, Scanner } from '../../scan/scanner.js';
import { cssReferences } from './css-scanner.js';
import { localReference } from './local-reference.js';
import { textFile } from './text-file.js';

type HtmlNode = DefaultTreeAdapterMap['node'];
type HtmlElement = DefaultTreeAdapterMap['element'];

/** What an element loads: by element, its attributes that hold a URL. Links that a person follows (`a`) are none. */
const LOADED: ReadonlyMap<string, readonly string[]> = new Map([
  ['audio', ['src']],
  ['embed', ['src']],
  ['iframe', ['src']],
  ['image', ['href', 'xlink:href']],
  ['img', ['src', 'srcset']],
  ['input', ['src']],
  ['link', ['href', 'imagesrcset']],
  ['object', ['data']],
  ['script', ['src']],
  ['source', ['src', 'srcset']],
  ['track', ['src']],
  ['use', ['href', 'xlink:href']],
  ['video', ['src', 'poster']],
]);

/** Kinds of `link` that the browser fetches. */
const FETCHED_LINKS = new Set([
  'stylesheet',
  'icon',
  'apple-touch-icon',
  'manifest',
  'preload',
  'modulepreload',
  'prefetch',
]);

/**
 * Makes a scanner of HTML files: what the page loads (scripts, style sheets, images and their `srcset`, media, frames,
 * icons), with `style` elements and attributes. A relative `<base href>` counts. Parsed as browsers do.
 *
 * @see https://html.spec.whatwg.org/multipage/urls-and-fetching.html
 */
export function htmlScanner(): Scanner {
  return {
    name: 'html',
    matches: (path) => /\.(?:html?|xhtml)$/i.test(path),
    references: (_path, bytes) => htmlReferences(textFile(bytes)),
  };
}

function* htmlReferences(text: string): Generator<ScannedReference> {
  const elements = [...elementsOf(parse(text, { sourceCodeLocationInfo: true }))];
  const base = baseOf(elements);
  if (base === undefined) return;
  for (const element of elements) {
    for (const { to, at } of elementReferences(element)) yield { to: to.startsWith('/') ? to : base + to, at };
  }
}

/** The folder that relative URLs start at, '' for the file's own; `undefined` where it is on another host. */
function baseOf(elements: readonly HtmlElement[]): string | undefined {
  const href = elements
    .map((element) => (element.tagName === 'base' ? attribute(element, 'href') : undefined))
    .find(Boolean);
  if (href === undefined) return '';
  const local = localReference(href);
  return local?.slice(0, local.lastIndexOf('/') + 1);
}

function* elementReferences(element: HtmlElement): Generator<ScannedReference> {
  const isFetched = element.tagName !== 'link' || relations(element).some((relation) => FETCHED_LINKS.has(relation));
  for (const name of isFetched ? (LOADED.get(element.tagName) ?? []) : []) {
    const value = attribute(element, name);
    const urls = value === undefined ? [] : name.endsWith('srcset') ? srcsetUrls(value) : [value];
    for (const url of urls) {
      const to = localReference(url);
      if (to !== undefined) yield { to, at: placeOf(element, name) };
    }
  }
  const style = attribute(element, 'style');
  if (style !== undefined) yield* cssReferences(style, () => placeOf(element, 'style'));
  if (element.tagName !== 'style') return;
  for (const child of element.childNodes) {
    if ('value' in child) yield* cssReferences(child.value, () => placeOf(element, ''));
  }
}

/** All elements in the order of the file, templates included, without recursion. */
function* elementsOf(document: HtmlNode): Generator<HtmlElement> {
  const open: HtmlNode[] = [document];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if ('tagName' in node) yield node;
    const children: HtmlNode[] = 'content' in node ? [node.content] : 'childNodes' in node ? node.childNodes : [];
    open.push(...[...children].reverse());
  }
}

function attribute(element: HtmlElement, name: string): string | undefined {
  return element.attrs.find((attr) => (attr.prefix ? `${attr.prefix}:${attr.name}` : attr.name) === name)?.value;
}

function relations(element: HtmlElement): string[] {
  return (attribute(element, 'rel') ?? '').toLowerCase().split(/\s+/);
}

/** URLs of `a.png 1x, b.png 2x`. A URL may hold commas, but not begin or end with one. */
function srcsetUrls(value: string): string[] {
  const urls: string[] = [];
  let rest = value;
  for (;;) {
    rest = rest.replace(/^[\s,]+/, '');
    if (rest === '') return urls;
    const end = rest.search(/\s/);
    const url = end < 0 ? rest : rest.slice(0, end);
    urls.push(url.replace(/,+$/, ''));
    const comma = url.endsWith(',') ? url.length - 1 : rest.indexOf(',', url.length);
    rest = comma < 0 ? '' : rest.slice(comma + 1);
  }
}

function placeOf(element: HtmlElement, name: string): string {
  const location = element.sourceCodeLocation;
  const place = location?.attrs?.[name] ?? location;
  return place === null || place === undefined ? '1:1' : `${place.startLine}:${place.startCol}`;
}
