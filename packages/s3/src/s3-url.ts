import type { Problem } from '@lading/manifest';
import { PublishError, printable, targetKeyProblem } from '@lading/publisher';

/** What an `s3:` URL says. Hand it to {@link s3Target}. */
export interface S3Description {
  readonly kind: 's3';
  readonly bucket: string;
  readonly prefix: string;
  readonly endpoint?: string | undefined;
  readonly region?: string | undefined;
  readonly profile?: string | undefined;
  readonly forcePathStyle?: boolean | undefined;
}

const PARAMETERS = ['endpoint', 'region', 'profile', 'path-style'] as const;
/** A prefix has to leave room for the keys below it, and no key is longer than 1,024 bytes. */
const MAX_PREFIX_BYTES = 512;

/**
 * Reads `s3://bucket/prefix?endpoint=…&region=…&profile=…&path-style=true|false`. Pure: nothing is opened or looked up.
 *
 * Credentials never stand in the URL: they come from the environment, a profile or the machine's role.
 *
 * @throws PublishError `ERR_TARGET_URL` with all problems in `details.problems`.
 * @example
 * parseS3Url('s3://games/my-game?region=eu-central-1').prefix; // → 'my-game'
 */
export function parseS3Url(text: string): S3Description {
  const [, bucket = '', path = '', query = '', fragment] =
    /^s3:\/\/([^/?#]*)([^?#]*)(?:\?([^#]*))?(#.*)?$/is.exec(text) ?? [];
  const problems: Problem[] = [];
  if (!/^s3:\/\//i.test(text)) throw urlError(text, [{ path: '', problem: 'does not start with s3://' }]);
  const prefix = prefixOf(path, problems);
  const parameters = parametersOf(query, problems);
  addProblem(problems, 'bucket', bucketProblem(bucket));
  addProblem(problems, 'endpoint', endpointProblem(parameters.get('endpoint')));
  addProblem(problems, 'path-style', pathStyleProblem(parameters.get('path-style')));
  addProblem(problems, 'fragment', fragment === undefined ? undefined : 'has a #; write %23 for it');
  if (problems.length > 0) throw urlError(text, problems);
  const pathStyle = parameters.get('path-style');
  return {
    kind: 's3',
    bucket,
    prefix,
    ...pick('endpoint', parameters.get('endpoint')),
    ...pick('region', parameters.get('region')),
    ...pick('profile', parameters.get('profile')),
    ...pick('forcePathStyle', pathStyle === undefined ? undefined : pathStyle === 'true'),
  };
}

/** Says what is wrong with the name of a bucket: 3 to 63 of a-z, 0-9, dot and hyphen, as S3 has it. */
export function bucketProblem(bucket: string): string | undefined {
  if (bucket === '') return 'is missing';
  if (bucket.includes('@')) return 'has a user name or password before it, which a URL must not hold';
  if (bucket.includes(':')) return 'has a port; write the server as ?endpoint=http://host:port';
  if (/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket) && !bucket.includes('..')) return undefined;
  return 'is no bucket name: 3 to 63 of a-z, 0-9, dot and hyphen';
}

/** Says what is wrong with the URL of a server. */
export function endpointProblem(endpoint: string | undefined): string | undefined {
  if (endpoint === undefined) return undefined;
  let url: URL;
  try {
    url = new URL(endpoint);
  } catch {
    return 'is no URL';
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'does not start with https:// or http://';
  if (url.username !== '' || url.password !== '') return 'has a user name or password, which a URL must not hold';
  return url.search === '' && url.hash === '' ? undefined : 'has a query or a fragment';
}

/** Says what is wrong with a prefix. */
export function prefixProblem(prefix: string): string | undefined {
  if (prefix === '') return undefined;
  const isLong = new TextEncoder().encode(prefix).length > MAX_PREFIX_BYTES;
  return isLong ? `is longer than ${MAX_PREFIX_BYTES} bytes` : targetKeyProblem(prefix);
}

function pathStyleProblem(value: string | undefined): string | undefined {
  return value === undefined || value === 'true' || value === 'false' ? undefined : 'is neither true nor false';
}

function prefixOf(path: string, problems: Problem[]): string {
  try {
    const prefix = decodeURIComponent(path.replace(/^\//, '').replace(/\/$/, ''));
    addProblem(problems, 'prefix', prefixProblem(prefix));
    return prefix;
  } catch {
    addProblem(problems, 'prefix', 'has a % that is not followed by two hex digits; write %25 for it');
    return '';
  }
}

function parametersOf(query: string, problems: Problem[]): Map<string, string> {
  const parameters = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(query)) {
    const label = printable(name);
    if (!PARAMETERS.some((known) => known === name)) {
      addProblem(problems, label, `is unknown; known are ${PARAMETERS.join(', ')}`);
    } else if (parameters.has(name)) addProblem(problems, label, 'stands there twice');
    else if (value === '') addProblem(problems, label, 'is empty');
    else parameters.set(name, value);
  }
  return parameters;
}

function addProblem(problems: Problem[], path: string, problem: string | undefined): void {
  if (problem !== undefined) problems.push({ path, problem });
}

function pick<Name extends string, Value>(name: Name, value: Value | undefined): { [N in Name]?: Value } {
  return value === undefined ? {} : ({ [name]: value } as { [N in Name]?: Value });
}

function urlError(text: string, problems: readonly Problem[]): PublishError {
  const list = problems.map(({ path, problem }) => (path === '' ? problem : `${path} ${problem}`)).join('; ');
  return new PublishError('ERR_TARGET_URL', `Target "${printable(withoutQueryValues(text))}": ${list}`, {
    details: { target: printable(withoutQueryValues(text)), problems: problems.map((problem) => ({ ...problem })) },
    hint: 'An S3 target looks like s3://bucket/prefix?region=eu-central-1 or s3://bucket?endpoint=https://s3.example.com.',
  });
}

/** A secret in the wrong place is often a query parameter: messages show names and only the values we know to be harmless. */
function withoutQueryValues(text: string): string {
  return text.replace(/([?&])([^=&#]*)=([^&#]*)/g, (whole, mark: string, name: string) =>
    PARAMETERS.some((known) => known === name) ? whole : `${mark}${name}=***`,
  );
}
