import type { S3Client, S3ClientConfig } from '@aws-sdk/client-s3';
import { type Environment, profileSettings } from './profile-settings.js';
import { S3_TARGET_DEFAULTS, type S3TargetOptions } from './s3-options.js';

/** The SDK, loaded, and a client. One for each target, made at its first call. */
export interface S3Session {
  readonly sdk: typeof import('@aws-sdk/client-s3');
  readonly client: S3Client;
  readonly bucket: string;
  readonly options: S3TargetOptions;
  /** What a key of the target is after, in the bucket: the prefix and a slash, or nothing. */
  readonly base: string;
  /** What was learned of the server while talking to it. */
  readonly learned: {
    /** Checksum headers are refused: 501 from some providers. */
    refusesChecksums: boolean;
    /** Ceph up to 18 compares If-Match with its etag without quotes, so that one with quotes never matches. */
    wantsBareEtag: boolean;
    /** The bucket is there, so that a bare 404 means the object. */
    hasBucket: boolean;
    /** Ids of uploads in parts that were left, by full key; listed when the first large object is uploaded. */
    uploadsLeft: Promise<ReadonlyMap<string, readonly string[]>> | undefined;
  };
}

/** The part of every key in the bucket that the target's own keys lack. */
export function baseOf({ prefix }: S3TargetOptions): string {
  return prefix === undefined || prefix === '' ? '' : `${prefix}/`;
}

/** Key of the target, as its user knows it, for a key of the bucket. */
export function ownKey({ base }: S3Session, fullKey: string): string {
  return fullKey.slice(base.length);
}

/** Loads the SDK and makes the client. No request is sent. */
export async function openSession(options: S3TargetOptions, environment: Environment): Promise<S3Session> {
  const sdk = await import('@aws-sdk/client-s3');
  const client = options.client ?? new sdk.S3Client(await clientConfig(options, environment));
  const learned = { refusesChecksums: false, wantsBareEtag: false, hasBucket: false, uploadsLeft: undefined };
  return { sdk, client, bucket: options.bucket, base: baseOf(options), options, learned };
}

async function clientConfig(options: S3TargetOptions, environment: Environment): Promise<S3ClientConfig> {
  const settings = await profileSettings(options.profile, environment);
  const endpoint = options.endpoint ?? settings.endpoint;
  const region = options.region ?? settings.region ?? (endpoint === undefined ? undefined : 'us-east-1');
  return {
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(region === undefined ? {} : { region }),
    ...(options.profile === undefined ? {} : { profile: options.profile }),
    forcePathStyle: options.forcePathStyle ?? endpoint !== undefined,
    followRegionRedirects: endpoint === undefined,
    maxAttempts: options.maxAttempts ?? S3_TARGET_DEFAULTS.maxAttempts,
    requestHandler: {
      connectionTimeout: 10_000,
      socketTimeout: options.timeoutMs ?? S3_TARGET_DEFAULTS.timeoutMs,
    },
    // The SDK's own default adds CRC32 headers and chunked trailers that old Ceph (411), R2 and Swift (501) refuse.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  };
}

/** What `send` takes for a signal. */
export function abortOptions(signal: AbortSignal | undefined): { abortSignal?: AbortSignal } {
  return signal === undefined ? {} : { abortSignal: signal };
}
