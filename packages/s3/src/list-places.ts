import { printable } from '@lading/publisher';
import type { Environment } from './profile-settings.js';
import { failureOf, s3Error } from './s3-error.js';
import type { S3TargetOptions } from './s3-options.js';
import { abortOptions, openSession } from './s3-session.js';

/** A profile of the shared AWS files: its name and where it points, never what it holds. */
export interface S3Profile {
  readonly name: string;
  readonly region?: string | undefined;
  readonly endpoint?: string | undefined;
  /** Where its credentials come from: keys in a file, a session of SSO, another role, a program. */
  readonly credentials: 'keys' | 'sso' | 'role' | 'process' | 'none';
}

/** A bucket that credentials can see. */
export interface S3Bucket {
  readonly name: string;
  /** Unknown where the server does not tell, or may not be asked. */
  readonly region?: string | undefined;
  readonly createdAt?: Date | undefined;
}

/** The most buckets that are listed. */
const MAX_BUCKETS = 10_000;

/**
 * Lists the profiles of the shared AWS files, as the SDK finds them (`AWS_CONFIG_FILE`, `AWS_SHARED_CREDENTIALS_FILE`). No secret
 * is read into the result.
 *
 * @example
 * (await listS3Profiles()).map(({ name }) => name); // → ['default', 'team']
 */
export async function listS3Profiles(): Promise<readonly S3Profile[]> {
  const { loadSharedConfigFiles } = await import('@smithy/core/config');
  const { configFile, credentialsFile } = await loadSharedConfigFiles({ ignoreCache: true });
  const names = new Set([...Object.keys(configFile), ...Object.keys(credentialsFile)]);
  return [...names]
    .filter((name) => !name.includes('.')) // sections of services and sessions
    .sort()
    .map((name) => profileOf(name, configFile[name] ?? {}, credentialsFile[name] ?? {}));
}

function profileOf(name: string, config: Environment, credentials: Environment): S3Profile {
  const region = config.region ?? credentials.region;
  const endpoint = config.endpoint_url ?? credentials.endpoint_url;
  return {
    name: printable(name),
    ...(region === undefined ? {} : { region: printable(region) }),
    ...(endpoint === undefined ? {} : { endpoint: printable(endpoint) }),
    credentials: kindOf({ ...config, ...credentials }),
  };
}

function kindOf(profile: Environment): S3Profile['credentials'] {
  if (profile.aws_access_key_id !== undefined) return 'keys';
  if (profile.sso_session !== undefined || profile.sso_start_url !== undefined) return 'sso';
  if (profile.role_arn !== undefined) return 'role';
  return profile.credential_process === undefined ? 'none' : 'process';
}

/**
 * Lists the buckets that credentials can see, with their regions where the server tells them.
 *
 * @param options - Where and as whom; as for `s3Target`, without a bucket.
 * @throws PublishError `ERR_TARGET_FORBIDDEN`, `ERR_TARGET_UNREACHABLE`, `ERR_TARGET_URL` (no region known).
 */
export async function listS3Buckets(
  options: Omit<S3TargetOptions, 'bucket' | 'prefix'>,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<readonly S3Bucket[]> {
  const session = await openSession({ ...options, bucket: '' }, process.env);
  const { sdk, client } = session;
  try {
    const { Buckets = [] } = await client.send(new sdk.ListBucketsCommand({}), abortOptions(signal));
    const found: S3Bucket[] = [];
    for (const { Name = '', BucketRegion, CreationDate } of Buckets.slice(0, MAX_BUCKETS)) {
      const region = BucketRegion ?? (await regionOf(Name));
      found.push({ name: printable(Name), region, createdAt: CreationDate });
    }
    return found;
  } catch (error) {
    signal?.throwIfAborted();
    throw s3Error(error, { target: options.endpoint ?? 'S3', doing: 'list the buckets of' });
  } finally {
    if (options.client === undefined) client.destroy();
  }

  /** AWS says nothing of `us-east-1`; who may not ask, and servers that cannot say, leave it unknown. */
  async function regionOf(Bucket: string): Promise<string | undefined> {
    try {
      const { LocationConstraint } = await client.send(
        new sdk.GetBucketLocationCommand({ Bucket }),
        abortOptions(signal),
      );
      return LocationConstraint === undefined ? 'us-east-1' : printable(LocationConstraint);
    } catch (error) {
      const { status } = failureOf(error);
      if (status === 403 || status === 404 || status === 501 || status === 405) return undefined;
      throw error;
    }
  }
}
