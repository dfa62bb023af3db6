import type { CORSRule, LifecycleRule } from '@aws-sdk/client-s3';
import type { JsonObject, JsonValue } from '@lading/manifest';
import { PublishError } from '@lading/publisher';
import { type PolicyPlace, publicStatement } from './access-policies.js';
import { failureOf, s3Error } from './s3-error.js';
import type { S3TargetOptions } from './s3-options.js';
import { abortOptions, openSession, type S3Session } from './s3-session.js';

/** What a bucket is set up for. */
export interface BucketSetup {
  /** Origins of pages that may read. Default: all, `*`. */
  readonly origins?: readonly string[] | undefined;
  /** Days after which an upload in parts that nobody came back for is removed. Default 7. */
  readonly incompleteDays?: number | undefined;
}

/** What {@link BucketSetup} fields are where they are not given. */
export const BUCKET_SETUP_DEFAULTS: { readonly origins: readonly string[]; readonly incompleteDays: number } = {
  origins: ['*'],
  incompleteDays: 7,
};

/** One setting of a bucket: as it is, and as it should be. What others set stays in both. */
export interface BucketSetting {
  readonly part: 'policy' | 'cors' | 'lifecycle';
  /**
   * `keep`: it is right already. `set`: it will be written. `unsupported`: the server does not have it. `unknown`: it could
   * not be read, so nothing is written; `problem` says why.
   */
  readonly action: 'keep' | 'set' | 'unsupported' | 'unknown';
  /** The document that is there; `null` for none. */
  readonly before: JsonValue;
  /** The document that there should be. */
  readonly after: JsonValue;
  readonly problem?: string | undefined;
}

/** Options of {@link planBucketSetup} and {@link applyBucketSetup}. */
export interface BucketSetupOptions extends BucketSetup {
  readonly signal?: AbortSignal | undefined;
}

interface WholeSetup {
  readonly origins: readonly string[];
  readonly incompleteDays: number;
}

/** How one setting is read, changed and written. */
interface Setting {
  readonly part: BucketSetting['part'];
  /** Error code of a bucket that does not have it. */
  readonly missing: string;
  read(session: S3Session, signal: AbortSignal | undefined): Promise<JsonValue>;
  /** The document with ours in it; the same one where ours is in it already. */
  merge(before: JsonValue, place: PolicyPlace, setup: WholeSetup): JsonValue;
  write(session: S3Session, after: JsonValue, signal: AbortSignal | undefined): Promise<unknown>;
}

const POLICY: Setting = {
  part: 'policy',
  missing: 'NoSuchBucketPolicy',
  async read({ sdk, client, bucket: Bucket }, signal) {
    const { Policy } = await client.send(new sdk.GetBucketPolicyCommand({ Bucket }), abortOptions(signal));
    return Policy === undefined ? null : (JSON.parse(Policy) as JsonValue);
  },
  merge(before, place) {
    const own = plain(publicStatement(place));
    const policy = isObject(before) ? before : { Version: '2012-10-17' };
    const there = list(policy.Statement);
    return there.some((statement) => isSame(statement, own))
      ? before
      : { ...policy, Statement: [...there.filter((one) => !isObject(one) || one.Sid !== own.Sid), own] };
  },
  write: ({ sdk, client, bucket: Bucket }, after, signal) =>
    client.send(new sdk.PutBucketPolicyCommand({ Bucket, Policy: JSON.stringify(after) }), abortOptions(signal)),
};

const CORS_ID = 'lading';
const CORS: Setting = {
  part: 'cors',
  missing: 'NoSuchCORSConfiguration',
  async read({ sdk, client, bucket: Bucket }, signal) {
    const { CORSRules } = await client.send(new sdk.GetBucketCorsCommand({ Bucket }), abortOptions(signal));
    return plain(CORSRules ?? []);
  },
  merge(before, _place, { origins }) {
    const own = plain<CORSRule>({
      ID: CORS_ID,
      AllowedMethods: ['GET', 'HEAD'],
      AllowedOrigins: [...origins],
      AllowedHeaders: ['Range', 'If-None-Match', 'If-Match', 'If-Range', 'Cache-Control'],
      ExposeHeaders: ['ETag', 'Content-Range', 'Content-Length', 'Accept-Ranges'],
      MaxAgeSeconds: 86_400,
    });
    return withRule(list(before), own, before);
  },
  write: ({ sdk, client, bucket: Bucket }, after, signal) =>
    client.send(
      new sdk.PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules: list(after) as unknown as CORSRule[] } }),
      abortOptions(signal),
    ),
};

const LIFECYCLE: Setting = {
  part: 'lifecycle',
  missing: 'NoSuchLifecycleConfiguration',
  async read({ sdk, client, bucket: Bucket }, signal) {
    const command = new sdk.GetBucketLifecycleConfigurationCommand({ Bucket });
    return plain((await client.send(command, abortOptions(signal))).Rules ?? []);
  },
  merge(before, { prefix }, { incompleteDays }) {
    const Prefix = prefix === undefined || prefix === '' ? '' : `${prefix}/`;
    const own = plain<LifecycleRule>({
      ID: `lading incomplete uploads ${Prefix}`.trim(),
      Status: 'Enabled',
      Filter: { Prefix },
      AbortIncompleteMultipartUpload: { DaysAfterInitiation: incompleteDays },
    });
    return withRule(list(before), own, before);
  },
  write: ({ sdk, client, bucket: Bucket }, after, signal) =>
    client.send(
      new sdk.PutBucketLifecycleConfigurationCommand({
        Bucket,
        LifecycleConfiguration: { Rules: list(after) as unknown as LifecycleRule[] },
      }),
      abortOptions(signal),
    ),
};

const SETTINGS: readonly Setting[] = [POLICY, CORS, LIFECYCLE];

/**
 * Compares what a bucket is set to with what players and publishers need: anonymous reads of the prefix, CORS for pages, and a
 * rule that removes uploads that nobody came back for. Writes nothing. Rules and statements of others stay as they are.
 *
 * @throws PublishError `ERR_TARGET_MISSING`, `ERR_TARGET_UNREACHABLE` and what else is not about one setting.
 * @example
 * const settings = await planBucketSetup({ bucket: 'games', prefix: 'my-game' }, { origins: ['https://game.example.com'] });
 * settings.filter(({ action }) => action === 'set').map(({ part }) => part); // → ['policy', 'cors', 'lifecycle']
 */
export async function planBucketSetup(
  options: S3TargetOptions,
  { signal, ...setup }: BucketSetupOptions = {},
): Promise<readonly BucketSetting[]> {
  return withSession(options, async (session) => {
    const settings: BucketSetting[] = [];
    for (const setting of SETTINGS) settings.push(await planSetting(setting, session, setup, signal));
    return settings;
  });
}

/**
 * Writes the settings that a plan wants to set.
 *
 * @throws PublishError `ERR_TARGET_FORBIDDEN` where the credentials may not (`accessPolicy('setup', …)` says what they need, and on
 * AWS the bucket's Block Public Access must allow a public policy); and what else the server says.
 */
export async function applyBucketSetup(
  options: S3TargetOptions,
  settings: readonly BucketSetting[],
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<void> {
  await withSession(options, async (session) => {
    for (const { part, action, after } of settings) {
      const setting = SETTINGS.find((one) => one.part === part);
      if (action !== 'set' || setting === undefined) continue;
      try {
        await setting.write(session, after, signal);
      } catch (error) {
        signal?.throwIfAborted();
        throw settingError(error, part, options);
      }
    }
  });
}

async function planSetting(
  setting: Setting,
  session: S3Session,
  setup: BucketSetup,
  signal: AbortSignal | undefined,
): Promise<BucketSetting> {
  const { part } = setting;
  const { origins = BUCKET_SETUP_DEFAULTS.origins, incompleteDays = BUCKET_SETUP_DEFAULTS.incompleteDays } = setup;
  const merge = (before: JsonValue): JsonValue => setting.merge(before, session.options, { origins, incompleteDays });
  try {
    const before = await readSetting(setting, session, signal);
    const after = merge(before);
    return { part, action: isSame(before, after) ? 'keep' : 'set', before, after };
  } catch (error) {
    signal?.throwIfAborted();
    const { status, code } = failureOf(error);
    const isOfSetting = status === 403 || status === 405 || status === 501;
    if (!isOfSetting) throw s3Error(error, { target: targetName(session.options), doing: `read the ${part} of` });
    const action = status === 403 ? 'unknown' : 'unsupported';
    return { part, action, before: null, after: merge(null), problem: `${status} ${code}` };
  }
}

async function readSetting(setting: Setting, session: S3Session, signal: AbortSignal | undefined): Promise<JsonValue> {
  try {
    return await setting.read(session, signal);
  } catch (error) {
    if (failureOf(error).code === setting.missing) return null;
    throw error;
  }
}

function settingError(error: unknown, part: BucketSetting['part'], options: S3TargetOptions): PublishError {
  const failure = s3Error(error, { target: targetName(options), doing: `write the ${part} of` });
  if (failure.code !== 'ERR_TARGET_FORBIDDEN') return failure;
  return new PublishError(failure.code, failure.message, {
    cause: failure.cause,
    details: failure.details,
    hint:
      part === 'policy'
        ? 'It takes s3:PutBucketPolicy (lading s3 policy --role setup), and on AWS a Block Public Access that allows public policies.'
        : 'lading s3 policy --role setup says what the credentials need.',
  });
}

async function withSession<T>(options: S3TargetOptions, action: (session: S3Session) => Promise<T>): Promise<T> {
  const session = await openSession(options, process.env);
  try {
    return await action(session);
  } finally {
    if (options.client === undefined) session.client.destroy();
  }
}

function targetName({ bucket, prefix }: S3TargetOptions): string {
  return `s3://${bucket}/${prefix ?? ''}`;
}

/** The rules with ours in place of one with its id; the document as it was where ours is among them. */
function withRule(rules: readonly JsonValue[], own: JsonObject, before: JsonValue): JsonValue {
  if (rules.some((rule) => isSame(rule, own))) return before;
  return [...rules.filter((rule) => !isObject(rule) || rule.ID !== own.ID), own];
}

function plain<T extends object = object>(value: T): T extends readonly unknown[] ? JsonValue : JsonObject {
  return JSON.parse(JSON.stringify(value));
}

function list(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]) : value === undefined || value === null ? [] : [value];
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Equal but for the order of fields and of list items, and for lists of one: servers keep neither. */
function isSame(a: JsonValue, b: JsonValue): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

function sorted(value: JsonValue): JsonValue {
  if (Array.isArray(value)) {
    const items = (value as JsonValue[]).map(sorted).sort(byText);
    return items.length === 1 ? (items[0] ?? null) : items;
  }
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(byText)
      .map(([name, field]) => [name, sorted(field)]),
  );
}

function byText(a: unknown, b: unknown): number {
  const [x, y] = [JSON.stringify(a), JSON.stringify(b)];
  return x < y ? -1 : x > y ? 1 : 0;
}
