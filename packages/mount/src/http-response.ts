import { ignoreCancelled } from './http-body.js';
import { assertObjectSize } from './memory-origin.js';
import { MountError } from './mount-error.js';
import { nameOfUrl } from './source-name.js';

/**
 * Gives a response on that is an answer about the object (200, 206, 404, 410), and throws for every other.
 *
 * @throws MountError `ERR_SOURCE_FORBIDDEN` (401, 403, a redirect to another origin), `ERR_SOURCE_CHANGED` (416),
 * `ERR_SOURCE_FAILED` (anything else; retryable for 408, 425, 429 and 5xx).
 */
export async function checkedResponse(response: Response, url: string): Promise<Response> {
  const problem = responseProblem(response, url);
  if (problem === undefined) return response;
  await response.body?.cancel().catch(ignoreCancelled);
  throw problem;
}

function responseProblem(response: Response, url: string): MountError | undefined {
  const what = nameOfUrl(url);
  const { status } = response;
  const details = { url: what, status };
  // An injected fetch may leave `response.url` empty.
  if (response.redirected && response.url !== '' && new URL(response.url).origin !== new URL(url).origin) {
    const target = nameOfUrl(response.url);
    return new MountError('ERR_SOURCE_FORBIDDEN', `${what}: redirected to another origin, ${target}`, { details });
  }
  if (status === 200 || status === 206 || status === 404 || status === 410) return undefined;
  if (status === 401 || status === 403) {
    const hint = 'The object is there or not, but this client may not read it. Check the bucket policy.';
    return new MountError('ERR_SOURCE_FORBIDDEN', `${what}: the server answers ${status}`, { details, hint });
  }
  if (status === 416) {
    return new MountError('ERR_SOURCE_CHANGED', `${what}: the object is shorter than the release says`, { details });
  }
  const retryable = status === 408 || status === 425 || status === 429 || status >= 500;
  return new MountError('ERR_SOURCE_FAILED', `${what}: the server answers ${status}`, { details, retryable });
}

/** Where in the object the body of a response starts: 0 for a 200, what `Content-Range` says for a 206. */
export function streamStart(
  response: Response,
  request: { readonly what: string; readonly offset: number; readonly sizeBytes: number },
): number {
  const { what, offset, sizeBytes } = request;
  if (response.status === 404 || response.status === 410) {
    throw new MountError('ERR_SOURCE_MISSING', `${what}: the server answers ${response.status}`, {
      details: { url: what, status: response.status },
    });
  }
  if (response.status === 200) {
    assertStatedLength(response, what, sizeBytes);
    return 0;
  }
  const header = response.headers.get('content-range');
  // Across origins a browser shows Content-Range only where the bucket's CORS rules expose it.
  if (header === null) return offset;
  const range = /^bytes (\d{1,16})-(\d{1,16})\/(\d{1,16}|\*)$/.exec(header);
  if (range !== null && Number(range[1]) === offset && (range[3] === '*' || Number(range[3]) === sizeBytes)) {
    return offset;
  }
  throw new MountError('ERR_SOURCE_CHANGED', `${what}: asked for bytes from ${offset}, got another range`, {
    details: { url: what, expected: `bytes ${offset}-${sizeBytes - 1}/${sizeBytes}`, actual: header.slice(0, 100) },
    retryable: true,
  });
}

/** The whole object must be as long as the release says; under a content encoding the header counts other bytes. */
function assertStatedLength({ headers }: Response, what: string, sizeBytes: number): void {
  const stated = headers.get('content-length');
  if (stated === null || headers.has('content-encoding')) return;
  assertObjectSize(what, sizeBytes, Number(stated));
}
