import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { type BucketSettings, readSetting, settingOf } from './bucket-settings.js';
import { element, errorAnswer, etagOf, etagOfParts, type S3Answer, xmlAnswer } from './s3-answer.js';
import {
  checksumError,
  conditionError,
  keptHeaders,
  objectAnswer,
  type StoredObject,
  storedObject,
} from './s3-objects.js';

/** One bucket. */
export interface Bucket {
  readonly owner: string;
  readonly settings: BucketSettings;
  readonly objects: Map<string, StoredObject>;
  readonly uploads: Map<
    string,
    { readonly key: string; readonly headers: IncomingHttpHeaders; readonly parts: Map<number, Buffer> }
  >;
}

/** A request after its signature was checked. */
export interface Call {
  readonly bucket: Bucket;
  readonly key: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly pageSize: number;
}

const NO_KEY: S3Answer = errorAnswer(404, 'NoSuchKey', 'The specified key does not exist.');
const NO_UPLOAD: S3Answer = errorAnswer(404, 'NoSuchUpload');
const MIN_PART_BYTES = 5 * 1024 * 1024;

/** What each operation does. */
export const OPERATIONS: Readonly<Record<string, (call: Call) => S3Answer>> = {
  HeadBucket: () => ({ status: 200 }),
  GetBucketSetting: ({ bucket, query }) => {
    const name = settingOf(query);
    return name === undefined ? errorAnswer(501, 'NotImplemented') : readSetting(bucket.settings, name);
  },
  PutBucketSetting({ bucket, query, body }) {
    const name = settingOf(query);
    if (name === undefined) return errorAnswer(501, 'NotImplemented');
    bucket.settings.set(name, body.toString());
    return { status: 204 };
  },
  PutObject({ bucket, key, headers, body }) {
    const error = checksumError(headers, body) ?? conditionError(headers, bucket.objects.get(key));
    if (error !== undefined) return error;
    const object = storedObject(body, headers);
    bucket.objects.set(key, object);
    return { status: 200, headers: { etag: object.etag } };
  },
  GetObject: getObject,
  HeadObject: getObject,
  DeleteObject({ bucket, key }) {
    bucket.objects.delete(key);
    return { status: 204 };
  },
  ListObjectsV2: listObjects,
  CreateMultipartUpload({ bucket, key, headers }) {
    const id = randomUUID();
    bucket.uploads.set(id, { key, headers, parts: new Map() });
    return xmlAnswer('InitiateMultipartUploadResult', [element('Key', key), element('UploadId', id)]);
  },
  UploadPart({ bucket, query, headers, body }) {
    const upload = bucket.uploads.get(query.get('uploadId') ?? '');
    if (upload === undefined) return NO_UPLOAD;
    const error = checksumError(headers, body);
    if (error !== undefined) return error;
    upload.parts.set(Number(query.get('partNumber')), body);
    return { status: 200, headers: { etag: etagOf(body) } };
  },
  CompleteMultipartUpload: completeUpload,
  ListMultipartUploads: listUploads,
  ListParts: listParts,
  AbortMultipartUpload({ bucket, query }) {
    return bucket.uploads.delete(query.get('uploadId') ?? '') ? { status: 204 } : NO_UPLOAD;
  },
};

function getObject({ bucket, key, headers }: Call): S3Answer {
  const object = bucket.objects.get(key);
  return object === undefined ? NO_KEY : objectAnswer(object, headers);
}

function completeUpload({ bucket, key, query, headers, body }: Call): S3Answer {
  const id = query.get('uploadId') ?? '';
  const upload = bucket.uploads.get(id);
  if (upload === undefined || upload.key !== key) return NO_UPLOAD;
  const error = conditionError(headers, bucket.objects.get(key));
  if (error !== undefined) return error;
  const parts: Buffer[] = [];
  for (const [, number] of body.toString().matchAll(/<PartNumber>(\d+)<\/PartNumber>/g)) {
    const part = upload.parts.get(Number(number));
    if (part === undefined) return errorAnswer(400, 'InvalidPart');
    parts.push(part);
  }
  if (parts.slice(0, -1).some((part) => part.length < MIN_PART_BYTES)) return errorAnswer(400, 'EntityTooSmall');
  const etag = etagOfParts(parts);
  const object = { bytes: Buffer.concat(parts), etag, modifiedAt: new Date(), headers: keptHeaders(upload.headers) };
  bucket.objects.set(key, object);
  bucket.uploads.delete(id);
  return xmlAnswer('CompleteMultipartUploadResult', [element('Key', key), element('ETag', etag)]);
}

/** Keys in the order of their UTF-8 bytes, a page at a time; the token is the last key of the page before. */
function listObjects({ bucket, query, pageSize }: Call): S3Answer {
  const prefix = query.get('prefix') ?? '';
  const after = Buffer.from(query.get('continuation-token') ?? query.get('start-after') ?? '');
  const keys = [...bucket.objects.keys()]
    .filter((key) => key.startsWith(prefix) && Buffer.compare(Buffer.from(key), after) > 0)
    .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const page = keys.slice(0, Math.min(pageSize, Number(query.get('max-keys') ?? pageSize)));
  const last = page.at(-1);
  const isTruncated = last !== undefined && page.length < keys.length;
  const encode = query.get('encoding-type') === 'url' ? encodeURIComponent : (key: string): string => key;
  const contents = page.map((key) => {
    const object = bucket.objects.get(key);
    const size = element('Size', object?.bytes.length ?? 0);
    const modified = element('LastModified', object?.modifiedAt.toISOString() ?? '');
    return `<Contents>${element('Key', encode(key))}${modified}${element('ETag', object?.etag ?? '')}${size}</Contents>`;
  });
  const next = isTruncated ? [element('NextContinuationToken', last)] : [];
  const head = [element('KeyCount', page.length), element('IsTruncated', isTruncated)];
  return xmlAnswer('ListBucketResult', [...head, ...next, ...contents]);
}

/** A page of uploads, by key and id; the markers are those of the last one of the page before. */
function listUploads({ bucket, query, pageSize }: Call): S3Answer {
  const prefix = query.get('prefix') ?? '';
  const after = JSON.stringify([query.get('key-marker') ?? '', query.get('upload-id-marker') ?? '']);
  const all = [...bucket.uploads]
    .filter(([id, { key }]) => key.startsWith(prefix) && JSON.stringify([key, id]) > after)
    .sort(([a, { key: x }], [b, { key: y }]) => (JSON.stringify([x, a]) < JSON.stringify([y, b]) ? -1 : 1));
  const page = all.slice(0, pageSize);
  const [lastId = '', last] = page.at(-1) ?? [];
  const uploads = page.map(([id, { key }]) => `<Upload>${element('Key', key)}${element('UploadId', id)}</Upload>`);
  const next = [element('NextKeyMarker', last?.key ?? ''), element('NextUploadIdMarker', lastId)];
  const head = element('IsTruncated', page.length < all.length);
  return xmlAnswer('ListMultipartUploadsResult', [head, ...(page.length < all.length ? next : []), ...uploads]);
}

function listParts({ bucket, query, pageSize }: Call): S3Answer {
  const upload = bucket.uploads.get(query.get('uploadId') ?? '');
  if (upload === undefined) return NO_UPLOAD;
  const after = Number(query.get('part-number-marker') ?? 0);
  const all = [...upload.parts].filter(([number]) => number > after).sort(([a], [b]) => a - b);
  const page = all.slice(0, pageSize);
  const isTruncated = page.length < all.length;
  const parts = page.map(([number, bytes]) => {
    const facts = [element('PartNumber', number), element('ETag', etagOf(bytes)), element('Size', bytes.length)];
    return `<Part>${facts.join('')}</Part>`;
  });
  const next = isTruncated ? [element('NextPartNumberMarker', page.at(-1)?.[0] ?? 0)] : [];
  return xmlAnswer('ListPartsResult', [element('IsTruncated', isTruncated), ...next, ...parts]);
}
