import { describe, expect, it } from 'vitest';
import { type SignedRequest, verifySignature } from './sigv4.js';

/** The example "GET Object" of AWS's own documentation, "Signature Calculations for the Authorization Header". */
const USER = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' };
const NOW = new Date('2013-05-24T00:00:00Z');
const SIGNATURE = 'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41';
const REQUEST: SignedRequest = {
  method: 'GET',
  url: '/test.txt',
  headers: {
    host: 'examplebucket.s3.amazonaws.com',
    range: 'bytes=0-9',
    'x-amz-content-sha256': 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    'x-amz-date': '20130524T000000Z',
    authorization: [
      `AWS4-HMAC-SHA256 Credential=${USER.accessKeyId}/20130524/us-east-1/s3/aws4_request`,
      'SignedHeaders=host;range;x-amz-content-sha256;x-amz-date',
      `Signature=${SIGNATURE}`,
    ].join(','),
  },
};

describe('verifySignature', () => {
  it("accepts AWS's published example", () => {
    expect(verifySignature(REQUEST, [USER], NOW)).toEqual({ user: USER });
  });

  it('accepts the published example with query parameters', () => {
    const signature = '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7';
    const authorization = `AWS4-HMAC-SHA256 Credential=${USER.accessKeyId}/20130524/us-east-1/s3/aws4_request,SignedHeaders=host;x-amz-content-sha256;x-amz-date,Signature=${signature}`;
    const { range: _range, ...headers } = REQUEST.headers;
    const list = { ...REQUEST, url: '/?max-keys=2&prefix=J', headers: { ...headers, authorization } };
    expect(verifySignature(list, [USER], NOW)).toEqual({ user: USER });
  });

  it.each([
    ['another path', { ...REQUEST, url: '/other.txt' }, 'SignatureDoesNotMatch'],
    ['another method', { ...REQUEST, method: 'PUT' }, 'SignatureDoesNotMatch'],
    ['a changed header', { ...REQUEST, headers: { ...REQUEST.headers, range: 'bytes=0-99' } }, 'SignatureDoesNotMatch'],
    ['no signature', { ...REQUEST, headers: {} }, 'AccessDenied'],
  ])('refuses %s', (_what, request, code) => {
    expect(verifySignature(request, [USER], NOW)).toEqual({ code });
  });

  it('refuses an unknown key, a wrong secret and a clock that is 16 minutes off', () => {
    expect(verifySignature(REQUEST, [], NOW)).toEqual({ code: 'InvalidAccessKeyId' });
    expect(verifySignature(REQUEST, [{ ...USER, secretAccessKey: 'x' }], NOW)).toEqual({
      code: 'SignatureDoesNotMatch',
    });
    const later = new Date(NOW.getTime() + 16 * 60_000);
    expect(verifySignature(REQUEST, [USER], later)).toEqual({ code: 'RequestTimeTooSkewed' });
  });
});
