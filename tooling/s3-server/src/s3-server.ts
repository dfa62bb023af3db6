/** Keys of one user. */
export interface S3User {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** A running S3 on loopback, path-style, region us-east-1. */
export interface S3Server extends S3User {
  /** For people: what runs, with its version. */
  readonly name: string;
  readonly kind: 'radosgw' | 'in-process';
  readonly endpoint: string;
  /** A second user. Whose bucket it is may use it; everybody else gets 403. */
  readonly other: S3User;
  stop(): Promise<void>;
}

/** The users that every server here knows. */
export const USER: S3User = { accessKeyId: 'TESTKEY', secretAccessKey: 'TESTSECRET' };
export const OTHER_USER: S3User = { accessKeyId: 'OTHERKEY', secretAccessKey: 'OTHERSECRET' };
