import { Worker } from 'node:worker_threads';
import { SplitError } from '../split-error.js';
import { deflateWhole, encoderOptions } from './deflate-encoder.js';

/** Members that are deflated together, one behind the other in one buffer. @internal */
export interface DeflateBatch {
  readonly input: ArrayBuffer;
  readonly sizesBytes: readonly number[];
}

/** A batch that was deflated: its input again, and what became of each member. @internal */
export interface DeflatedBatch {
  readonly input: ArrayBuffer;
  readonly outputs: readonly Uint8Array[];
}

/** What a worker answers: the parts stand one behind the other in `output`, and end where `ends` says. */
interface Answer {
  readonly input: ArrayBuffer;
  readonly output: Uint8Array;
  readonly ends: readonly number[];
}

/** A second batch waits at each worker, so that it never waits for the main thread. */
const JOBS_PER_WORKER = 2;

interface Job {
  readonly batch: DeflateBatch;
  resolve(deflated: DeflatedBatch): void;
  reject(error: Error): void;
}

/**
 * Deflates batches on worker threads. A worker starts when there is a batch that no other one is free for, so little work starts
 * none or few. The bytes are those of the main thread: the same encoder gets the same options.
 *
 * @internal
 */
export class DeflatePool {
  /** The most workers. With 1 there are none: the main thread deflates. */
  readonly threads: number;
  /** What each worker has to do, in order. */
  readonly #workers = new Map<Worker, Job[]>();
  readonly #waiting: Job[] = [];
  #failure: Error | undefined;

  constructor(threads: number) {
    this.threads = threads;
  }

  /** True where there are workers. */
  get isRunning(): boolean {
    return this.#workers.size > 0;
  }

  /** @throws SplitError `ERR_ARCHIVE_WRITE` where a worker fails. */
  deflate(batch: DeflateBatch): Promise<DeflatedBatch> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) return reject(this.#failure);
      this.#waiting.push({ batch, resolve, reject });
      this.#assign();
    });
  }

  /** Ends all workers; what they still had to do fails. */
  async close(): Promise<void> {
    this.#fail(new Error('The deflate pool is closed'));
    const workers = [...this.#workers.keys()];
    this.#workers.clear();
    await Promise.all(workers.map((worker) => worker.terminate()));
  }

  #assign(): void {
    while (this.#waiting.length > 0) {
      const worker = this.#freeWorker();
      const job = worker === undefined ? undefined : this.#waiting.shift();
      if (worker === undefined || job === undefined) return;
      this.#workers.get(worker)?.push(job);
      const { input, sizesBytes } = job.batch;
      const members = sizesBytes.map((sizeBytes) => ({ sizeBytes, mem: encoderOptions(sizeBytes).mem }));
      worker.postMessage({ input, members, level: encoderOptions(0).level }, [input]);
    }
  }

  /** The worker with least to do, a new one where each has something; `undefined` where all have enough. */
  #freeWorker(): Worker | undefined {
    const [first] = [...this.#workers].sort(([, a], [, b]) => a.length - b.length);
    const [least, jobs] = first ?? [];
    if (jobs?.length !== 0 && this.#workers.size < this.threads) return this.#start();
    return jobs !== undefined && jobs.length < JOBS_PER_WORKER ? least : undefined;
  }

  #start(): Worker {
    const worker = new Worker(new URL('./deflate-worker.js', import.meta.url));
    const jobs: Job[] = [];
    this.#workers.set(worker, jobs);
    worker.on('message', ({ input, output, ends }: Answer) => {
      const outputs = ends.map((end, i) => output.subarray(i === 0 ? 0 : ends[i - 1], end));
      jobs.shift()?.resolve({ input, outputs });
      this.#assign();
    });
    worker.on('error', (cause) => this.#fail(workerError(cause)));
    worker.on('exit', (code) => this.#workers.has(worker) && this.#fail(workerError(new Error(`ended with ${code}`))));
    return worker;
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const { reject } of [...[...this.#workers.values()].flat(), ...this.#waiting.splice(0)]) reject(error);
  }
}

/** Deflates a batch here and now, as a worker would. @internal */
export function deflateHere({ input, sizesBytes }: DeflateBatch): DeflatedBatch {
  let at = 0;
  const outputs = sizesBytes.map((sizeBytes) => {
    const bytes = new Uint8Array(input, at, sizeBytes);
    at += sizeBytes;
    return deflateWhole(bytes);
  });
  return { input, outputs };
}

function workerError(cause: Error): SplitError {
  return new SplitError('ERR_ARCHIVE_WRITE', `A worker thread that deflates failed: ${cause.message}`, {
    cause,
    details: { reason: cause.message },
    hint: 'threads: 1 does without workers, as a bundled build has to that left out deflate-worker.js.',
  });
}
