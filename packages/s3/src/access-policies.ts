import type { JsonObject } from '@lading/manifest';
import type { S3TargetOptions } from './s3-options.js';

/** Who gets a policy: players, a publishing job, a garbage collection, whoever sets the bucket up. */
export type AccessRole = 'public' | 'publish' | 'gc' | 'setup';

/** One statement of an IAM or bucket policy. */
export interface PolicyStatement {
  readonly Sid: string;
  readonly Effect: 'Allow';
  readonly Principal?: '*' | undefined;
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: JsonObject | undefined;
}

/** A policy as AWS writes it. */
export interface AccessPolicy {
  readonly Version: '2012-10-17';
  readonly Statement: readonly PolicyStatement[];
}

/** Which part of which bucket a policy is about. */
export type PolicyPlace = Pick<S3TargetOptions, 'bucket' | 'prefix'>;

/** What players read. Nobody but a publisher reads `history/` and `tombstones/`. */
const PUBLIC_FOLDERS = ['archives', 'releases', 'root', 'channels'] as const;
/** What a garbage collection may delete. Roots and channels never. */
const MORTAL_FOLDERS = ['archives', 'releases', 'history', 'tombstones'] as const;

/**
 * The least that a role needs, as a policy document. Pure. `public` is a policy of the bucket (it names everybody); the others are
 * IAM policies for a user or role.
 *
 * A publishing job cannot delete anything; a garbage collection can write nothing but tombstones; neither can change settings.
 *
 * @example
 * accessPolicy('public', { bucket: 'games', prefix: 'my-game' }).Statement[0]?.Action; // → ['s3:GetObject']
 */
export function accessPolicy(role: AccessRole, place: PolicyPlace): AccessPolicy {
  return { Version: '2012-10-17', Statement: statementsOf(role, place) };
}

function statementsOf(role: AccessRole, place: PolicyPlace): PolicyStatement[] {
  switch (role) {
    case 'public':
      return [publicStatement(place)];
    case 'publish':
      return [
        listing(place, ['s3:ListBucket', 's3:ListBucketMultipartUploads']),
        allow('LadingPublish', PUBLISH_ACTIONS, [objects(place)]),
      ];
    case 'gc':
      return [
        listing(place, ['s3:ListBucket']),
        allow('LadingCollectRead', ['s3:GetObject'], [objects(place)]),
        allow('LadingCollectBury', ['s3:PutObject'], [objects(place, 'tombstones/')]),
        allow(
          'LadingCollectDelete',
          ['s3:DeleteObject'],
          MORTAL_FOLDERS.map((folder) => objects(place, `${folder}/`)),
        ),
      ];
    case 'setup':
      return [allow('LadingSetUp', SETUP_ACTIONS, [bucketArn(place)])];
  }
}

const PUBLISH_ACTIONS: readonly string[] = [
  's3:GetObject',
  's3:PutObject',
  's3:AbortMultipartUpload',
  's3:ListMultipartUploadParts',
];

const SETUP_ACTIONS: readonly string[] = [
  's3:GetBucketPolicy',
  's3:PutBucketPolicy',
  's3:GetBucketCORS',
  's3:PutBucketCORS',
  's3:GetLifecycleConfiguration',
  's3:PutLifecycleConfiguration',
];

/** Lets anybody read what players need below the prefix. Its name tells it from the statements of other prefixes. */
export function publicStatement(place: PolicyPlace): PolicyStatement {
  const { Sid, Action, Resource } = allow(
    `LadingRead${sidPart(place.prefix ?? '')}`,
    ['s3:GetObject'],
    PUBLIC_FOLDERS.map((folder) => objects(place, `${folder}/`)),
  );
  return { Sid, Effect: 'Allow', Principal: '*', Action, Resource };
}

function allow(Sid: string, Action: readonly string[], Resource: readonly string[]): PolicyStatement {
  return { Sid, Effect: 'Allow', Action, Resource };
}

/** Listing is a permission of the bucket; the condition keeps it to the prefix. */
function listing(place: PolicyPlace, actions: readonly string[]): PolicyStatement {
  const statement = allow('LadingList', actions, [bucketArn(place)]);
  const base = baseOf(place);
  return base === '' ? statement : { ...statement, Condition: { StringLike: { 's3:prefix': [`${base}*`] } } };
}

function bucketArn({ bucket }: PolicyPlace): string {
  return `arn:aws:s3:::${bucket}`;
}

function objects(place: PolicyPlace, folder: string = ''): string {
  return `${bucketArn(place)}/${baseOf(place)}${folder}*`;
}

function baseOf({ prefix }: PolicyPlace): string {
  return prefix === undefined || prefix === '' ? '' : `${prefix}/`;
}

/** Letters and digits are all that a statement's id may have. */
function sidPart(prefix: string): string {
  return [...new TextEncoder().encode(prefix)]
    .map((byte) =>
      /[A-Za-z0-9]/.test(String.fromCharCode(byte)) ? String.fromCharCode(byte) : `x${byte.toString(16)}`,
    )
    .join('');
}
