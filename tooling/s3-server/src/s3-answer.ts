import { createHash } from 'node:crypto';

/** What goes back to the client. */
export interface S3Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
}

/** An answer that reports an error, as S3 writes it. */
export function errorAnswer(status: number, code: string, message: string = code): S3Answer {
  return xmlAnswer(
    'Error',
    [element('Code', code), element('Message', message), element('RequestId', 'memory-s3')],
    status,
  );
}

/** An answer with an XML document. */
export function xmlAnswer(name: string, children: readonly string[], status: number = 200): S3Answer {
  const open = `<${name} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">`;
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n${open}${children.join('')}</${name}>`;
  return { status, headers: { 'content-type': 'application/xml' }, body };
}

/** One XML element with text. */
export function element(name: string, text: string | number | boolean): string {
  return `<${name}>${escapeXml(String(text))}</${name}>`;
}

/** An etag as S3 makes it: MD5 of the bytes, quoted. */
export function etagOf(bytes: Uint8Array): string {
  return `"${md5(bytes)}"`;
}

/** The etag of an object made of parts: MD5 of the parts' MD5s and their number. */
export function etagOfParts(parts: readonly Uint8Array[]): string {
  return `"${md5(Buffer.from(parts.map(md5).join(''), 'hex'))}-${parts.length}"`;
}

function md5(bytes: Uint8Array): string {
  return createHash('md5').update(bytes).digest('hex');
}

function escapeXml(text: string): string {
  const safe = text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
  return safe.replace(/[^\t\n\r\x20-\u{10ffff}]/gu, (character) => `&#${character.charCodeAt(0)};`);
}
