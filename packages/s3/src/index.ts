export type { S3TargetOptions } from './s3-options.js';
export { S3_TARGET_DEFAULTS } from './s3-options.js';
export { s3Target } from './s3-target.js';
export type { S3Description } from './s3-url.js';
export { parseS3Url } from './s3-url.js';
