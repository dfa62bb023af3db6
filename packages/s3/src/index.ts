// The target.

export type { S3TargetOptions } from './s3-options.js';
export { S3_TARGET_DEFAULTS } from './s3-options.js';
export { s3Target } from './s3-target.js';
export type { S3Description } from './s3-url.js';
export { parseS3Url } from './s3-url.js';

// Who may what, and how the bucket is set up.

export type { AccessPolicy, AccessRole, PolicyPlace, PolicyStatement } from './access-policies.js';
export { accessPolicy } from './access-policies.js';
export type { BucketSetting, BucketSetup, BucketSetupOptions } from './bucket-setup.js';
export { applyBucketSetup, BUCKET_SETUP_DEFAULTS, planBucketSetup } from './bucket-setup.js';

// Which profiles and buckets there are.

export type { S3Bucket, S3Profile } from './list-places.js';
export { listS3Buckets, listS3Profiles } from './list-places.js';
