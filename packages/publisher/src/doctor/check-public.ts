import { OBJECT_HEADERS } from '../object-headers.js';
import type { PublishTarget, TargetCallOptions } from '../publish-target.js';
import { type Finding, failed, ok, warning } from './check.js';
import { PROBE_BYTES, type ProbeObjects } from './probe-objects.js';
import { type PublicRead, readPublic } from './read-public.js';

/** What the public checks share. */
export interface PublicChecks extends TargetCallOptions {
  readonly target: PublishTarget;
  readonly probes: ProbeObjects;
  /** Where browsers read the prefix, with a slash at the end. */
  readonly baseUrl: string;
  /** The page that a game is served from. */
  readonly origin: string;
  readonly fetch: typeof globalThis.fetch;
}

/** Reads an object as a player does, whole. */
export async function checkPublicRead(checks: PublicChecks): Promise<Finding> {
  const read = await readPublic(checks, checks.probes.archive);
  if (read.status === 403 || read.status === 401)
    return failed(`${read.status}: players may not read`, 'Allow it: lading s3 setup --target … --apply.');
  if (read.status !== 200)
    return failed(
      `${read.status} where 200 is expected`,
      'Check --public-url: it must lead to the prefix of the target.',
    );
  if (!isPart(read.bytes, 0, PROBE_BYTES.length))
    return failed(
      'other bytes than were written',
      'Something on the way changes content. Turn such features of the CDN off.',
    );
  return ok('players read what was written');
}

/** Looks at the headers with which an archive is served. */
export async function checkPublicHeaders(checks: PublicChecks): Promise<Finding> {
  const { headers } = await readPublic(checks, checks.probes.archive, { 'accept-encoding': 'gzip, br' });
  const encoding = headers.get('content-encoding');
  if (encoding !== null && encoding !== 'identity') {
    return failed(
      `archives are compressed on the way (${encoding}), so ranges and sizes are wrong`,
      'Turn compression off for archives/; they are compressed inside.',
    );
  }
  const cache = headers.get('cache-control') ?? '';
  if (!/immutable|max-age=(?:[1-9]\d{5,})/.test(cache)) {
    const text = `Cache-Control is "${cache}", expected "${OBJECT_HEADERS.archive.cacheControl}"`;
    return warning(text, 'Let the CDN keep the header of the bucket: archives never change.');
  }
  if (headers.get('etag') === null)
    return warning('no ETag is sent', 'Let the CDN pass it: downloads that broke off are bound to it.');
  return ok('Cache-Control, ETag and Content-Encoding are as they should be');
}

/** Reads a part of an object. */
export async function checkRange(checks: PublicChecks): Promise<Finding> {
  const { status, headers, bytes } = await readPublic(checks, checks.probes.archive, { range: 'bytes=100-199' });
  if (status !== 206)
    return failed(
      `a range is answered with ${status}`,
      'Choose a server or CDN setting that serves ranges: archives are read in parts.',
    );
  const range = headers.get('content-range');
  if (range !== `bytes 100-199/${PROBE_BYTES.length}` || !isPart(bytes, 100, 200)) {
    return failed(
      `the wrong range was sent (${range ?? 'no Content-Range'})`,
      'Something on the way changes content or ranges.',
    );
  }
  return ok('ranges are served');
}

/** Does what a browser does before and while it reads from another origin. */
export async function checkCors(checks: PublicChecks): Promise<Finding> {
  const fix = `Allow ${checks.origin}: lading s3 setup --target … --origin ${checks.origin} --apply.`;
  const preflight = await readPublic(
    checks,
    checks.probes.archive,
    { 'access-control-request-method': 'GET', 'access-control-request-headers': 'range' },
    'OPTIONS',
  );
  if (preflight.status >= 300 || !allowsOrigin(preflight, checks.origin))
    return failed(`a preflight is answered with ${preflight.status}`, fix);
  if (!listed(preflight.headers.get('access-control-allow-headers'), 'range'))
    return failed('the header Range is not allowed', fix);
  const read = await readPublic(checks, checks.probes.archive, { range: 'bytes=0-9' });
  if (!allowsOrigin(read, checks.origin)) return failed('Access-Control-Allow-Origin is missing', fix);
  const exposed = read.headers.get('access-control-expose-headers');
  const hidden = ['etag', 'content-range'].filter((name) => !listed(exposed, name));
  if (hidden.length > 0) return failed(`${hidden.join(' and ')} cannot be read by pages`, fix);
  return ok(`pages of ${checks.origin} may read, with ranges`);
}

/** Writes a channel's object over and reads it at once: nobody on the way may keep the old one. */
export async function checkFreshness(checks: PublicChecks): Promise<Finding> {
  const { target, probes, signal } = checks;
  for (const text of ['old', 'new']) {
    await target.put(probes.channel, new TextEncoder().encode(text), OBJECT_HEADERS.channel, { signal });
    const read = await readPublic(checks, probes.channel);
    const seen = new TextDecoder().decode(read.bytes);
    if (read.status !== 200 || seen !== text) {
      const got = read.status === 200 ? `"${seen.slice(0, 20)}"` : String(read.status);
      return failed(
        `a channel that was written just now is read as ${got}`,
        'Tell the CDN to keep nothing of channels/: players would follow an old channel.',
      );
    }
  }
  return ok('a channel is read as it was written last');
}

/** Tries what nobody without credentials may do. */
export async function checkPrivacy(checks: PublicChecks): Promise<Finding> {
  const { probes } = checks;
  const written = await readPublic(checks, probes.channel, { 'content-type': 'text/plain' }, 'PUT', 'anybody');
  const after = await checks.target.get(probes.channel, { signal: checks.signal, maxBytes: 100 });
  if (after !== undefined && new TextDecoder().decode(after.bytes) === 'anybody') {
    return failed(
      'anybody may write',
      'Take s3:PutObject away from everybody. Clients refuse what is not signed, but games would stop.',
    );
  }
  return ok(`a write without credentials is answered with ${written.status}`);
}

function isPart(bytes: Uint8Array, start: number, end: number): boolean {
  return bytes.length === end - start && bytes.every((byte, i) => byte === PROBE_BYTES[start + i]);
}

function allowsOrigin({ headers }: PublicRead, origin: string): boolean {
  const allowed = headers.get('access-control-allow-origin');
  return allowed === '*' || allowed === origin;
}

function listed(header: string | null, name: string): boolean {
  const names = (header ?? '')
    .toLowerCase()
    .split(',')
    .map((one) => one.trim());
  return names.includes('*') || names.includes(name);
}
