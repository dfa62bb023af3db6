import type { Ensured, EnsureOptions, Progress, Runtime } from '@lading/mount/client';
import { shownError } from './diagnostics.js';
import { overlay } from './overlay.js';
import { RuntimeRecorder } from './runtime-recorder.js';

/** A runtime whose reads and downloads are recorded. */
export type RecordedRuntime<R extends Runtime = Runtime> = R & { readonly recorder: RuntimeRecorder };

/**
 * Records what goes through a runtime: give the page the one that comes back instead. Nothing else changes: same calls, same results,
 * same errors. It keeps the newest 200 requests and 100 downloads.
 *
 * @example
 * const runtime = recordRuntime(await createRuntime({ store, channel, keys }));
 * inspect(runtime, { store });
 */
export function recordRuntime<R extends Runtime>(runtime: R): RecordedRuntime<R> {
  const recorder = new RuntimeRecorder(runtime);
  const recorded = <Rest extends readonly unknown[], T>(
    by: string,
    call: (path: string, ...rest: Rest) => Promise<T>,
    sizeOf: (result: T) => number | undefined,
  ) => {
    return async (path: string, ...rest: Rest): Promise<T> => {
      const { mount, state: source } = runtime.resolve(path);
      const atMs = performance.now();
      const note = (outcome: { sizeBytes?: number | undefined; error?: ReturnType<typeof shownError> }): void => {
        recorder.requests.add({
          path,
          by,
          mount: mount?.name,
          source,
          atMs,
          tookMs: performance.now() - atMs,
          ...outcome,
        });
        recorder.changed();
      };
      try {
        const result = await call(path, ...rest);
        note({ sizeBytes: sizeOf(result) });
        return result;
      } catch (error) {
        note({ error: shownError(error) });
        throw error;
      }
    };
  };
  return overlay(runtime, {
    recorder,
    read: recorded('read', runtime.read.bind(runtime), ({ byteLength }) => byteLength),
    response: recorded('response', runtime.response.bind(runtime), sizeOfResponse),
    blob: recorded('blob', runtime.blob.bind(runtime), ({ size }) => size),
    url: async (path: string, ...rest: [options?: { readonly signal?: AbortSignal | undefined }]): Promise<string> => {
      const sizeBytes = runtime.resolve(path).entry?.sizeBytes;
      return recorded('url', runtime.url.bind(runtime), () => sizeBytes)(path, ...rest);
    },
    ensure: (root: string, options?: EnsureOptions) => recordEnsure(runtime, recorder, { root, options }),
  });
}

function sizeOfResponse({ headers }: Response): number | undefined {
  const length = headers.get('content-length');
  return length === null ? undefined : Number(length);
}

async function recordEnsure(
  runtime: Runtime,
  recorder: RuntimeRecorder,
  { root, options }: { readonly root: string; readonly options: EnsureOptions | undefined },
): Promise<Ensured> {
  const startedAtMs = performance.now();
  let now = { receivedBytes: 0, totalBytes: 0 };
  const note = (isRunning: boolean, error?: unknown): void => {
    const failure = error === undefined ? {} : { error: shownError(error) };
    recorder.downloads.ensureChanged({ root, ...now, startedAtMs, atMs: performance.now(), isRunning, ...failure });
    recorder.changed();
  };
  const onProgress = (progress: Progress): void => {
    now = { receivedBytes: progress.receivedBytes, totalBytes: progress.totalBytes };
    note(true);
    options?.onProgress?.(progress);
  };
  note(true);
  try {
    const ensured = await runtime.ensure(root, { ...options, onProgress });
    note(false);
    return ensured;
  } catch (error) {
    note(false, error);
    throw error;
  }
}
