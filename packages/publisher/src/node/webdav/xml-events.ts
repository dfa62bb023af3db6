import { StringDecoder } from 'node:string_decoder';
import { PublishError } from '../../publish-error.js';

/** What stands in an XML text, in its order. Names have their namespace before them: `DAV: href` is `DAV:href`. */
export type XmlEvent =
  | { readonly kind: 'open' | 'close'; readonly name: string }
  | { readonly kind: 'text'; readonly text: string };

/** No tag, and no text between two tags, of a listing is as long. */
const MAX_TOKEN_CHARACTERS = 64 * 1024;
const MAX_DEPTH = 64;
const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

interface OpenElement {
  readonly name: string;
  /** Prefix to namespace, as far as they are known here. */
  readonly spaces: ReadonlyMap<string, string>;
}

/**
 * Reads XML as it comes, in bounded memory: tags, text, CDATA and character references. A document type is refused, so no
 * entity can be defined.
 *
 * @throws PublishError `ERR_TARGET_FAILED` where it is not well-formed, as far as a listing needs it, or ends early.
 */
export async function* xmlEvents(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<XmlEvent> {
  const decoder = new StringDecoder('utf8');
  const open: OpenElement[] = [];
  let rest = '';
  for await (const chunk of chunks) {
    rest += decoder.write(Buffer.from(chunk));
    let at = 0;
    for (let token = nextToken(rest, at); token !== undefined; token = nextToken(rest, at)) {
      at += token.length;
      assertShort(token);
      yield* eventsOf(token, open);
    }
    rest = rest.slice(at);
    assertShort(rest);
  }
  if (open.length > 0 || `${rest}${decoder.end()}`.trim() !== '') throw xmlError('it ends early');
}

function assertShort(token: string): void {
  if (token.length > MAX_TOKEN_CHARACTERS) throw xmlError('a tag or a text is too long');
}

/** The next whole tag or run of text, or nothing where more has to come first. */
function nextToken(text: string, at: number): string | undefined {
  if (at >= text.length) return undefined;
  if (text[at] !== '<') {
    const end = text.indexOf('<', at);
    return end < 0 ? undefined : text.slice(at, end);
  }
  const close = text.startsWith('<!--', at) ? '-->' : text.startsWith('<![CDATA[', at) ? ']]>' : '>';
  const end = text.indexOf(close, at);
  return end < 0 ? undefined : text.slice(at, end + close.length);
}

function* eventsOf(token: string, open: OpenElement[]): Generator<XmlEvent> {
  if (!token.startsWith('<')) {
    if (open.length > 0) yield { kind: 'text', text: decodeText(token) };
  } else if (token.startsWith('<![CDATA[')) yield { kind: 'text', text: token.slice(9, -3) };
  else if (token.startsWith('<?') || token.startsWith('<!--')) return;
  else if (token.startsWith('<!')) throw xmlError('it has a document type');
  else if (token.startsWith('</')) {
    const name = open.pop()?.name;
    if (name === undefined || localName(name) !== localName(token.slice(2, -1).trim()))
      throw xmlError('its tags do not match');
    yield { kind: 'close', name };
  } else {
    if (open.length === MAX_DEPTH) throw xmlError('it is nested too deeply');
    const element = elementOf(token, open.at(-1)?.spaces ?? new Map());
    open.push(element);
    yield { kind: 'open', name: element.name };
    if (token.endsWith('/>')) yield { kind: 'close', name: (open.pop() ?? element).name };
  }
}

function elementOf(token: string, outer: ReadonlyMap<string, string>): OpenElement {
  const [, prefix = '', name = '', attributes = ''] = /^<(?:([^\s:/>]+):)?([^\s:/>]+)([\s\S]*?)\/?>$/.exec(token) ?? [];
  if (name === '') throw xmlError('a tag has no name');
  const spaces = new Map(outer);
  for (const [, declared = '', , value = ''] of attributes.matchAll(/\sxmlns(?::([^\s=]+))?\s*=\s*(["'])(.*?)\2/g)) {
    spaces.set(declared, decodeText(value));
  }
  return { name: `${spaces.get(prefix) ?? ''}${name}`, spaces };
}

function localName(name: string): string {
  return name.slice(name.lastIndexOf(':') + 1);
}

function decodeText(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|([a-z]+));/gi, (_whole, hex, decimal, name: string) => {
    if (name !== undefined) {
      const character = Object.hasOwn(ENTITIES, name) ? ENTITIES[name] : undefined;
      if (character === undefined) throw xmlError(`it has the unknown entity ${name}`);
      return character;
    }
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    if (code > 0x10ffff) throw xmlError('it has a character that there is not');
    return String.fromCodePoint(code);
  });
}

function xmlError(problem: string): PublishError {
  return new PublishError('ERR_TARGET_FAILED', `The server's XML cannot be read: ${problem}`, {
    details: { problem },
    hint: 'Something between here and the server may have changed or cut its answer. Run the command again.',
  });
}
