import type { S3Client } from '@aws-sdk/client-s3';

/** Which bucket to use and how to reach it. {@link parseS3Url} makes one from a URL. */
export interface S3TargetOptions {
  readonly bucket: string;
  /** Where in the bucket, without slashes at the ends. Default: the top. */
  readonly prefix?: string | undefined;
  /** Default: as the environment or the profile says; with an endpoint and neither, `us-east-1`. */
  readonly region?: string | undefined;
  /** URL of a server that is not AWS's. Default: `AWS_ENDPOINT_URL_S3`, `AWS_ENDPOINT_URL`, the profile's `endpoint_url`. */
  readonly endpoint?: string | undefined;
  /** Profile of the shared AWS files. Default: `AWS_PROFILE`, then `default`. */
  readonly profile?: string | undefined;
  /** Bucket in the path, not in the host name. Default: true with an endpoint, false on AWS. */
  readonly forcePathStyle?: boolean | undefined;
  /** Size of a part of a large upload, in bytes, at least 5 MiB; smaller objects go in one request. Default 8 MiB. */
  readonly partBytes?: number | undefined;
  /** Parts of one object that are sent at the same time. Default 2. Memory is about `partBytes` for each. */
  readonly partConcurrency?: number | undefined;
  /** How often a request is tried. Default 3. */
  readonly maxAttempts?: number | undefined;
  /** How long a connection may stand still, in milliseconds. Default 60,000. */
  readonly timeoutMs?: number | undefined;
  /** Most objects a listing asks for at once. Default: what the server gives (1,000). */
  readonly pageSize?: number | undefined;
  /** Where browsers read the prefix, for example the CDN. Default: unknown. */
  readonly publicUrl?: string | undefined;
  /** A client of your own, for credentials that this list has no field for. It is not closed. */
  readonly client?: S3Client | undefined;
}

/** What {@link S3TargetOptions} fields are where they are not given. */
export const S3_TARGET_DEFAULTS: {
  readonly prefix: string;
  readonly partBytes: number;
  readonly partConcurrency: number;
  readonly maxAttempts: number;
  readonly timeoutMs: number;
} = { prefix: '', partBytes: 8 * 1024 * 1024, partConcurrency: 2, maxAttempts: 3, timeoutMs: 60_000 };
