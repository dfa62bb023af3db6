import { ignoreCancelled } from './http-body.js';
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
