// Plain JavaScript: a worker of Node 20 loads no TypeScript, and this file runs from the sources as well as when built.
import { parentPort } from 'node:worker_threads';
import { deflateSync } from 'fflate';

// What to do is said by the message alone, so that workers and the main thread cannot differ: see deflate-pool.ts.
parentPort?.on('message', ({ input, members, level }) => {
  const parts = [];
  let at = 0;
  for (const { sizeBytes, mem } of members) {
    parts.push(deflateSync(new Uint8Array(input, at, sizeBytes), { level, mem }));
    at += sizeBytes;
  }
  // One buffer: handing over each part by itself costs more than this copy.
  const output = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  const ends = [];
  let end = 0;
  for (const part of parts) {
    output.set(part, end);
    end += part.length;
    ends.push(end);
  }
  parentPort?.postMessage({ input, output, ends }, [input, output.buffer]);
});
