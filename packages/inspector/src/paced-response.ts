import { overlay } from './overlay.js';

/** A tenth of a second's bytes at a time, so that progress looks as it does on a slow line. */
const STEPS_A_SECOND = 10;

/** The same response, whose body comes no faster than `bytesPerSecond`. */
export function pacedResponse(response: Response, bytesPerSecond: number): Response {
  if (response.body === null) return response;
  const paced = new Response(response.body.pipeThrough(pace(bytesPerSecond)), { headers: response.headers });
  return overlay(response, {
    body: paced.body,
    arrayBuffer: () => paced.arrayBuffer(),
    blob: () => paced.blob(),
    json: () => paced.json(),
    text: () => paced.text(),
  });
}

function pace(bytesPerSecond: number): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  const step = Math.max(1, Math.ceil(bytesPerSecond / STEPS_A_SECOND));
  return new TransformStream({
    async transform(chunk, controller) {
      for (let at = 0; at < chunk.length; at += step) {
        const piece = chunk.subarray(at, at + step);
        await new Promise((done) => setTimeout(done, (piece.length / bytesPerSecond) * 1_000));
        controller.enqueue(piece);
      }
    },
  });
}
