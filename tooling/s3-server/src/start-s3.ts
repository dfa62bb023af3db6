import { startMemoryS3 } from './memory-s3.js';
import { findRadosgw, startRadosgw } from './radosgw.js';
import type { S3Server } from './s3-server.js';

/**
 * Starts the best S3 that this machine has: Ceph's radosgw where Debian's packages `ceph-mon ceph-osd radosgw ceph-common`
 * are installed, else our own in-process one. `name` says which, so that a test can print it.
 */
export async function startS3(): Promise<S3Server> {
  return (await findRadosgw()) === undefined ? startMemoryS3() : startRadosgw();
}
