/** Version of what page and worker say to each other. A page and a worker of different versions do not work together. */
export const WORKER_PROTOCOL: 1 = 1;

/** What a page tells the worker. `hello` is answered on its port with a {@link WorkerGreeting}. */
export type PageMessage =
  | { readonly lading: 'hello'; readonly protocol: number; readonly prefix: string; readonly timeoutMs: number }
  | { readonly lading: 'bye' }
  | { readonly lading: 'claim' };

/** The worker's answer to `hello`. */
export interface WorkerGreeting {
  readonly protocol: number;
}

/** What the worker asks a page: the page answers on the port that comes with it. */
export interface ResourceRequest {
  readonly lading: 'request';
  readonly url: string;
  readonly method: string;
  /** The request's `Range` header. */
  readonly range: string | undefined;
}

/** A page's answer. Absent: no mount has it, so the request goes to the network. */
export type ResourceAnswer =
  | { readonly isAbsent: true }
  | {
      readonly isAbsent: false;
      readonly status: number;
      readonly headers: readonly (readonly [string, string])[];
      readonly body: ArrayBuffer | undefined;
    };
