import { ManifestError } from '../manifest-error.js';
import { decodeBase64, encodeBase64 } from './base64.js';

/** No key of ours comes near this; a file that does is not a key. */
const MAX_PEM_CHARACTERS = 16 * 1024;

const BLOCK = /^-----BEGIN ([A-Z0-9 ]{1,40})-----\r?\n([A-Za-z0-9+/=\r\n]+)-----END \1-----$/;

/** What a reader who brought the wrong block can do about it, by its label. */
const HINTS: Readonly<Record<string, string>> = {
  'ENCRYPTED PRIVATE KEY':
    'The key is encrypted. Decrypt it where it is used: openssl pkcs8 -in key.pem -out plain.key.pem',
  'EC PRIVATE KEY': 'Convert it to PKCS#8: openssl pkcs8 -topk8 -nocrypt -in key.pem -out pkcs8.key.pem',
  'RSA PRIVATE KEY': 'RSA keys do not sign documents here. Make a key with: lading keys new',
  'PUBLIC KEY': 'This is the public half of a key. Give the file with the private half, usually *.key.pem',
  CERTIFICATE: 'This is a certificate. Give the private key that belongs to it.',
};

/**
 * Reads the PKCS#8 bytes of a PEM text that is exactly one `PRIVATE KEY` block (RFC 7468) with canonical base64.
 *
 * @throws ManifestError `ERR_KEY` for anything else, with a hint for the usual mistakes. Messages never quote the text.
 */
export function parsePrivateKeyPem(pem: string): Uint8Array<ArrayBuffer> {
  if (pem.length > MAX_PEM_CHARACTERS)
    throw pemError(`has ${pem.length} characters; the limit is ${MAX_PEM_CHARACTERS}`);
  const match = BLOCK.exec(pem.trim());
  if (match === null) throw pemError(`is not one PEM block${blockCount(pem)}`);
  const [, label = '', body = ''] = match;
  if (label !== 'PRIVATE KEY') throw pemError(`is a PEM block "${label}", expected "PRIVATE KEY"`, HINTS[label]);
  const bytes = decodeBase64(body.replace(/[\r\n]/g, ''));
  if (bytes === undefined) throw pemError('has a body that is not canonical base64');
  return bytes;
}

/** Writes PKCS#8 bytes as a PEM text with lines of 64 characters, ending in a line feed. */
export function formatPrivateKeyPem(pkcs8: Uint8Array): string {
  const lines = encodeBase64(pkcs8).match(/.{1,64}/g) ?? [];
  return `-----BEGIN PRIVATE KEY-----\n${lines.join('\n')}\n-----END PRIVATE KEY-----\n`;
}

function blockCount(pem: string): string {
  const count = pem.split('-----BEGIN ').length - 1;
  return count > 1 ? `, but ${count}` : '';
}

function pemError(
  problem: string,
  hint = 'Expected the text of a file that "lading keys new" wrote: one PRIVATE KEY block.',
) {
  return new ManifestError('ERR_KEY', `Private key ${problem}`, { hint });
}
