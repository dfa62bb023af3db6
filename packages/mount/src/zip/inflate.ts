/** A tiny stream with two bytes behind its end: tells whether this runtime's DecompressionStream minds. */
const EMPTY_WITH_TAIL: Uint8Array<ArrayBuffer> = new Uint8Array([3, 0, 0x4c, 0x4c]);

let refusesTails: Promise<boolean> | undefined;

/**
 * Inflates a raw deflate stream that must give exactly `sizeBytes` and use every stored byte. The result is allocated
 * once; a stream that gives more is stopped at the first byte too many.
 *
 * Uses the platform's `DecompressionStream`. Browsers refuse bytes behind the stream's end; Node 20 ignores them, so
 * there the stream without its last byte must fail too: whatever still inflates did not need that byte.
 *
 * @throws Error that says what is wrong with the stream; the archive reader wraps it.
 */
export async function inflateRaw(stored: Uint8Array, sizeBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const content = await inflateWith(stored, sizeBytes);
  refusesTails ??= inflateWith(EMPTY_WITH_TAIL, 0).then(
    () => false,
    () => true,
  );
  if (await refusesTails) return content;
  const needsLastByte = await inflateWith(stored.subarray(0, -1), sizeBytes).then(
    () => false,
    () => true,
  );
  if (!needsLastByte) throw new Error('bytes follow the end of the deflate stream');
  return content;
}

async function inflateWith(stored: Uint8Array, sizeBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new DecompressionStream('deflate-raw');
  const writer = stream.writable.getWriter();
  // The reader below sees the same failure; without these two the page gets unhandled rejections.
  writer.write(stored as Uint8Array<ArrayBuffer>).catch(() => undefined);
  writer.close().catch(() => undefined);
  return collectExactly(stream.readable.getReader(), sizeBytes);
}

async function collectExactly(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  sizeBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const content = new Uint8Array(sizeBytes);
  let length = 0;
  for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
    if (length + chunk.value.length > sizeBytes) {
      await reader.cancel();
      throw new Error(`the deflate stream gives more than the stated ${sizeBytes} bytes`);
    }
    content.set(chunk.value, length);
    length += chunk.value.length;
  }
  if (length !== sizeBytes) throw new Error(`the deflate stream gives ${length} of the stated ${sizeBytes} bytes`);
  return content;
}
