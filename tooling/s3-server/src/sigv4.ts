import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { S3User } from './s3-server.js';

/** The parts of a request that are signed. */
export type SignedRequest = Pick<IncomingMessage, 'method' | 'url' | 'headers'>;

/** Why a request is refused: an S3 error code, or the user who signed it. */
export type Verified = { readonly user: S3User } | { readonly code: string };

const HEADER =
  /^AWS4-HMAC-SHA256 Credential=([^/,]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;

/**
 * Checks the Authorization header of a request (AWS Signature Version 4): the key is known, the clock is within 15
 * minutes, the signature covers method, path, query, the named headers and the announced hash of the body.
 */
export function verifySignature(request: SignedRequest, users: readonly S3User[], now: Date): Verified {
  const match = HEADER.exec(request.headers.authorization ?? '');
  if (match === null) return { code: 'AccessDenied' };
  const [, accessKeyId = '', date = '', region = '', signedHeaders = '', signature = ''] = match;
  const user = users.find((candidate) => candidate.accessKeyId === accessKeyId);
  if (user === undefined) return { code: 'InvalidAccessKeyId' };
  const stamp = String(request.headers['x-amz-date'] ?? '');
  if (!isNear(stamp, now) || !stamp.startsWith(date)) return { code: 'RequestTimeTooSkewed' };
  const text = [
    'AWS4-HMAC-SHA256',
    stamp,
    `${date}/${region}/s3/aws4_request`,
    sha256(canonical(request, signedHeaders)),
  ];
  const key = [date, region, 's3', 'aws4_request'].reduce(hmac, Buffer.from(`AWS4${user.secretAccessKey}`));
  const expected = hmac(key, text.join('\n'));
  return timingSafeEqual(expected, Buffer.from(signature, 'hex')) ? { user } : { code: 'SignatureDoesNotMatch' };
}

/** Tells whether a body is the one whose hash was signed. */
export function isSignedBody(request: SignedRequest, body: Buffer): boolean {
  const announced = String(request.headers['x-amz-content-sha256'] ?? '');
  return announced === 'UNSIGNED-PAYLOAD' || announced === sha256(body);
}

function canonical(request: SignedRequest, signedHeaders: string): string {
  const [path = '', query = ''] = (request.url ?? '').split(/\?(.*)/s);
  const parameters = query === '' ? [] : query.split('&').map((pair) => (pair.includes('=') ? pair : `${pair}=`));
  const headers = signedHeaders.split(';').map((name) => {
    const value = request.headers[name];
    return `${name}:${(Array.isArray(value) ? value.join(',') : (value ?? '')).trim().replace(/ +/g, ' ')}\n`;
  });
  const hash = String(request.headers['x-amz-content-sha256'] ?? '');
  return [request.method, path, parameters.sort().join('&'), headers.join(''), signedHeaders, hash].join('\n');
}

function isNear(stamp: string, now: Date): boolean {
  const iso = stamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z');
  return Math.abs(Date.parse(iso) - now.getTime()) <= 15 * 60_000;
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}
