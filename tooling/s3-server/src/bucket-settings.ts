import type { IncomingHttpHeaders } from 'node:http';
import { errorAnswer, type S3Answer } from './s3-answer.js';

/** Settings of a bucket, as they were put: a policy is JSON, the others are XML. */
export type BucketSettings = Map<SettingName, string>;

export type SettingName = 'policy' | 'cors' | 'lifecycle';

const MISSING: Readonly<Record<SettingName, string>> = {
  policy: 'NoSuchBucketPolicy',
  cors: 'NoSuchCORSConfiguration',
  lifecycle: 'NoSuchLifecycleConfiguration',
};

/** The setting that a request of a bucket is about. */
export function settingOf(query: URLSearchParams): SettingName | undefined {
  return (['policy', 'cors', 'lifecycle'] as const).find((name) => query.has(name));
}

/** Answers with a setting. */
export function readSetting(settings: BucketSettings, name: SettingName): S3Answer {
  const body = settings.get(name);
  if (body === undefined) return errorAnswer(404, MISSING[name]);
  const type = name === 'policy' ? 'application/json' : 'application/xml';
  return { status: 200, headers: { 'content-type': type }, body };
}

/** Tells whether anybody may read an object: what the policy allows everybody, with `*` in resources. */
export function mayAnybodyRead(settings: BucketSettings, bucket: string, key: string): boolean {
  const { Statement = [] } = JSON.parse(settings.get('policy') ?? '{}') as { Statement?: readonly Statement[] };
  const arn = `arn:aws:s3:::${bucket}/${key}`;
  return Statement.some(
    ({ Effect, Principal, Action, Resource }) =>
      Effect === 'Allow' &&
      Principal === '*' &&
      [Action].flat().includes('s3:GetObject') &&
      [Resource].flat().some((pattern) => matches(pattern, arn)),
  );
}

interface Statement {
  readonly Effect: string;
  readonly Principal?: unknown;
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
}

function matches(pattern: string, text: string): boolean {
  const escaped = pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*');
  return new RegExp(`^${escaped}$`, 's').test(text);
}

/** The headers that let a page of an origin read an answer; `undefined` where no rule does. */
export function corsHeaders(settings: BucketSettings, asked: IncomingHttpHeaders): Record<string, string> | undefined {
  const { origin } = asked;
  if (origin === undefined) return undefined;
  const rules = (settings.get('cors') ?? '').match(/<CORSRule>.*?<\/CORSRule>/gs) ?? [];
  const rule = rules.find((one) =>
    valuesOf(one, 'AllowedOrigin').some((allowed) => allowed === '*' || allowed === origin),
  );
  if (rule === undefined) return undefined;
  return {
    'access-control-allow-origin': valuesOf(rule, 'AllowedOrigin').includes('*') ? '*' : origin,
    'access-control-allow-methods': valuesOf(rule, 'AllowedMethod').join(', '),
    'access-control-allow-headers': valuesOf(rule, 'AllowedHeader').join(', '),
    'access-control-expose-headers': valuesOf(rule, 'ExposeHeader').join(', '),
  };
}

function valuesOf(xml: string, name: string): string[] {
  return [...xml.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, 'g'))].map(([, value = '']) => value);
}
