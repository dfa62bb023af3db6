const NEWLINE = 10;

/**
 * Splits a byte stream into lines. A line longer than `maxBytes` is given as a text that is no JSON document, so that
 * it is answered like any other bad line, and its bytes are not kept.
 */
export async function* readLines(input: AsyncIterable<Uint8Array>, maxBytes: number): AsyncIterable<string> {
  let parts: Uint8Array[] = [];
  let sizeBytes = 0;
  const take = (): string => {
    const line = sizeBytes > maxBytes ? `line longer than ${maxBytes} bytes` : Buffer.concat(parts).toString('utf8');
    parts = [];
    sizeBytes = 0;
    return line;
  };
  for await (const chunk of input) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      keep(chunk.subarray(start, end));
      yield take();
      start = end + 1;
    }
    keep(chunk.subarray(start));
  }
  if (sizeBytes > 0) yield take();

  function keep(part: Uint8Array): void {
    sizeBytes += part.length;
    if (sizeBytes > maxBytes) parts = [];
    else parts.push(part);
  }
}
