export type { S3Fault, S3Request } from './faults.js';
export type { MemoryS3, MemoryS3Options } from './memory-s3.js';
export { startMemoryS3 } from './memory-s3.js';
export { findRadosgw, startRadosgw } from './radosgw.js';
export type { S3Server, S3User } from './s3-server.js';
export { startS3 } from './start-s3.js';
