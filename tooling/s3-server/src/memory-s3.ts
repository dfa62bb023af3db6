import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { corsHeaders, mayAnybodyRead, settingOf } from './bucket-settings.js';
import { FaultScript, type S3Fault, type S3Request } from './faults.js';
import { element, errorAnswer, type S3Answer, xmlAnswer } from './s3-answer.js';
import { type Bucket, OPERATIONS } from './s3-operations.js';
import { OTHER_USER, type S3Server, USER } from './s3-server.js';
import { isSignedBody, verifySignature } from './sigv4.js';

const MAX_BODY_BYTES = 256 * 1024 * 1024;

/** Options of {@link startMemoryS3}. */
export interface MemoryS3Options {
  /** Default: any free port. */
  readonly port?: number | undefined;
  /** Most keys on one page of a listing. Default 2, so that every listing pages. */
  readonly pageSize?: number | undefined;
  /** The server's clock. Default: the machine's. */
  readonly now?: (() => Date) | undefined;
  /** What goes wrong, from the first request on. */
  readonly faults?: readonly S3Fault[] | undefined;
}

/** Our in-process S3, with its log and its script of faults. */
export interface MemoryS3 extends S3Server {
  readonly log: readonly S3Request[];
  readonly buckets: ReadonlyMap<string, Bucket>;
  addFaults(...faults: readonly S3Fault[]): void;
  /** Forgets the faults that are not used up. */
  clearFaults(): void;
}

/**
 * Starts an S3 server in this process: real HTTP, SigV4 checked, PutObject with conditions, Get with ranges, Head, Delete,
 * ListObjectsV2 with paging, multipart uploads. Buckets belong to the user who made them; others get 403.
 */
export async function startMemoryS3(options: MemoryS3Options = {}): Promise<MemoryS3> {
  const buckets = new Map<string, Bucket>();
  const log: S3Request[] = [];
  const script = new FaultScript();
  const now = options.now ?? ((): Date => new Date());
  script.add(...(options.faults ?? []));
  const server = createServer((request, response) => {
    const serve = async (): Promise<void> => {
      const seen = seenOf(request);
      const fault = script.next(seen);
      const answer = await answerWith(fault, () =>
        handle(request, seen.operation, { buckets, pageSize: options.pageSize ?? 2, now: now() }),
      );
      log.push({ ...seen, status: answer?.status ?? 0 });
      if (answer === undefined) request.socket.destroy();
      else send(response, answer, { isHead: request.method === 'HEAD', now: now() });
    };
    serve().catch((error: unknown) => request.destroy(error instanceof Error ? error : undefined));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('unreachable: a TCP server has a port');
  return {
    name: 'in-process S3',
    kind: 'in-process',
    endpoint: `http://127.0.0.1:${address.port}`,
    ...USER,
    other: OTHER_USER,
    log,
    buckets,
    addFaults: (...faults) => script.add(...faults),
    clearFaults: () => script.clear(),
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** `undefined` means: cut the connection. */
async function answerWith(fault: S3Fault | undefined, work: () => Promise<S3Answer>): Promise<S3Answer | undefined> {
  if (fault === undefined) return work();
  const failure = errorAnswer(fault.status ?? 503, fault.code ?? 'SlowDown');
  switch (fault.kind) {
    case 'error':
      return failure;
    case 'reset':
      return undefined;
    case 'lost-answer':
      await work();
      return undefined;
    case 'error-after':
      await work();
      return failure;
    case 'error-body':
      return { ...failure, status: 200 };
  }
}

async function handle(
  request: IncomingMessage,
  operation: string,
  { buckets, pageSize, now }: { buckets: Map<string, Bucket>; pageSize: number; now: Date },
): Promise<S3Answer> {
  const body = await bodyOf(request);
  const { name, key, query } = placeOf(request);
  const bucket = buckets.get(name);
  if (operation === 'Preflight') return preflight(bucket, request);
  if (bucket !== undefined && isAnybodysRead(request, operation, bucket, { name, key }))
    return withCors(
      OPERATIONS[operation]?.({ bucket, key, query, headers: request.headers, body, pageSize }),
      bucket,
      request,
    );
  const verified = verifySignature(request, [USER, OTHER_USER], now);
  if ('code' in verified) return errorAnswer(403, verified.code);
  if (!isSignedBody(request, body)) return errorAnswer(400, 'XAmzContentSHA256Mismatch');
  const owner = verified.user.accessKeyId;
  if (operation === 'ListBuckets') return listBuckets(buckets, owner);
  if (operation === 'CreateBucket') return createBucket(buckets, name, owner);
  if (bucket === undefined) return errorAnswer(404, 'NoSuchBucket');
  if (bucket.owner !== owner) return errorAnswer(403, 'AccessDenied');
  const work = OPERATIONS[operation];
  if (work === undefined) return errorAnswer(501, 'NotImplemented');
  return work({ bucket, key, query, headers: request.headers, body, pageSize });
}

/** A read without credentials that the bucket's policy allows. What it does not allow is forbidden, there or not. */
function isAnybodysRead(
  { headers }: IncomingMessage,
  operation: string,
  { settings }: Bucket,
  { name, key }: { name: string; key: string },
): boolean {
  const isRead = operation === 'GetObject' || operation === 'HeadObject';
  return headers.authorization === undefined && isRead && mayAnybodyRead(settings, name, key);
}

function preflight(bucket: Bucket | undefined, { headers }: IncomingMessage): S3Answer {
  const cors = bucket && corsHeaders(bucket.settings, headers);
  return cors === undefined ? errorAnswer(403, 'AccessForbidden') : { status: 200, headers: cors };
}

function withCors(answer: S3Answer | undefined, { settings }: Bucket, { headers }: IncomingMessage): S3Answer {
  if (answer === undefined) return errorAnswer(501, 'NotImplemented');
  return { ...answer, headers: { ...answer.headers, ...corsHeaders(settings, headers) } };
}

function createBucket(buckets: Map<string, Bucket>, name: string, owner: string): S3Answer {
  if (buckets.has(name)) return errorAnswer(409, 'BucketAlreadyOwnedByYou');
  buckets.set(name, { owner, settings: new Map(), objects: new Map(), uploads: new Map() });
  return { status: 200 };
}

function listBuckets(buckets: ReadonlyMap<string, Bucket>, owner: string): S3Answer {
  const own = [...buckets].filter(([, bucket]) => bucket.owner === owner).map(([name]) => element('Name', name));
  return xmlAnswer('ListAllMyBucketsResult', [
    `<Buckets>${own.map((name) => `<Bucket>${name}</Bucket>`).join('')}</Buckets>`,
  ]);
}

function placeOf(request: IncomingMessage): { name: string; key: string; query: URLSearchParams } {
  const [path = '', query = ''] = (request.url ?? '').split(/\?(.*)/s);
  const [, name = '', key = ''] = /^\/([^/]*)\/?(.*)$/s.exec(path) ?? [];
  return { name, key: decodeURIComponent(key), query: new URLSearchParams(query) };
}

function seenOf(request: IncomingMessage): Omit<S3Request, 'status'> {
  const [path = '', query = ''] = (request.url ?? '').split(/\?(.*)/s);
  const method = request.method ?? '';
  const operation = path === '/' && method === 'GET' ? 'ListBuckets' : operationOf(method, placeOf(request));
  return { method, path, query, headers: request.headers, operation };
}

function operationOf(method: string, { key, query }: { key: string; query: URLSearchParams }): string {
  if (method === 'OPTIONS') return 'Preflight';
  if (key === '') {
    if (settingOf(query) !== undefined) {
      return method === 'GET' ? 'GetBucketSetting' : method === 'PUT' ? 'PutBucketSetting' : 'Unknown';
    }
    if (method === 'PUT') return 'CreateBucket';
    if (method === 'HEAD') return 'HeadBucket';
    if (method === 'GET' && query.has('uploads')) return 'ListMultipartUploads';
    return method === 'GET' && query.get('list-type') === '2' ? 'ListObjectsV2' : 'Unknown';
  }
  if (query.has('uploads')) return method === 'POST' ? 'CreateMultipartUpload' : 'Unknown';
  if (query.has('uploadId')) {
    const byMethod = {
      GET: 'ListParts',
      PUT: 'UploadPart',
      POST: 'CompleteMultipartUpload',
      DELETE: 'AbortMultipartUpload',
    };
    return Object.entries(byMethod).find(([name]) => name === method)?.[1] ?? 'Unknown';
  }
  const byMethod = { PUT: 'PutObject', GET: 'GetObject', HEAD: 'HeadObject', DELETE: 'DeleteObject' };
  return Object.entries(byMethod).find(([name]) => name === method)?.[1] ?? 'Unknown';
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of request) {
    sizeBytes += chunk.length;
    if (sizeBytes > MAX_BODY_BYTES) throw new Error(`body is larger than ${MAX_BODY_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function send(response: ServerResponse, answer: S3Answer, { isHead, now }: { isHead: boolean; now: Date }): void {
  const body = typeof answer.body === 'string' ? Buffer.from(answer.body) : (answer.body ?? Buffer.alloc(0));
  const headers = {
    'x-amz-request-id': 'memory-s3',
    date: now.toUTCString(),
    'content-length': String(body.length),
    ...answer.headers,
  };
  response.writeHead(answer.status, headers).end(isHead ? undefined : body);
}
