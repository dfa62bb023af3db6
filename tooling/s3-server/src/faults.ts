/** One request as the log keeps it. */
export interface S3Request {
  readonly method: string;
  /** Path as it came, percent-encoded, without the query. */
  readonly path: string;
  readonly query: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The operation, for example `PutObject`. */
  readonly operation: string;
  /** What was answered; 0 where the connection was cut. */
  readonly status: number;
}

/** Something that goes wrong with the next requests that it fits. */
export interface S3Fault {
  /** Operations that it fits; default: all. */
  readonly operation?: string | undefined;
  /** A further test, for example of a header. */
  readonly matches?: ((request: Omit<S3Request, 'status'>) => boolean) | undefined;
  /** How often; default 1. */
  readonly times?: number | undefined;
  /**
   * - `error`: answers `status` with `code`, does nothing
   * - `reset`: cuts the connection before anything is done
   * - `lost-answer`: does the work, then cuts the connection
   * - `error-after`: does the work, then answers `status` with `code`
   * - `error-body`: answers 200 with an error in the body, does nothing (as CompleteMultipartUpload may)
   */
  readonly kind: 'error' | 'reset' | 'lost-answer' | 'error-after' | 'error-body';
  readonly status?: number | undefined;
  readonly code?: string | undefined;
}

/** The script of faults: each is used up after its number of times. */
export class FaultScript {
  #faults: { readonly fault: S3Fault; left: number }[] = [];

  add(...faults: readonly S3Fault[]): void {
    for (const fault of faults) this.#faults.push({ fault, left: fault.times ?? 1 });
  }

  clear(): void {
    this.#faults = [];
  }

  next(request: Omit<S3Request, 'status'>): S3Fault | undefined {
    const found = this.#faults.find(({ fault, left }) => left > 0 && fits(fault, request));
    if (found === undefined) return undefined;
    found.left -= 1;
    return found.fault;
  }
}

function fits(fault: S3Fault, request: Omit<S3Request, 'status'>): boolean {
  if (fault.operation !== undefined && fault.operation !== request.operation) return false;
  return fault.matches?.(request) ?? true;
}
