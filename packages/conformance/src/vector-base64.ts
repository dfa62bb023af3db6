const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Value of each base64 digit; 64 and more for any other character. */
const VALUES: Uint8Array = Uint8Array.from({ length: 128 }, (_, code) => {
  const value = ALPHABET.indexOf(String.fromCharCode(code));
  return value === -1 ? 255 : value;
});

/**
 * Reads base64 with padding (RFC 4648, section 4) into bytes, without the copies of `atob`: vectors may be large.
 *
 * @returns `undefined` where a character or the length is wrong. Unused bits of the last digit are ignored.
 */
export function decodeVectorBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (text.length % 4 !== 0) return undefined;
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  let to = 0;
  for (let from = 0; from < text.length; from += 4) {
    const isLast = from + 4 === text.length;
    const c = isLast && padding === 2 ? 0 : digit(text, from + 2);
    const d = isLast && padding >= 1 ? 0 : digit(text, from + 3);
    const a = digit(text, from);
    const b = digit(text, from + 1);
    if ((a | b | c | d) > 63) return undefined;
    bytes[to++] = (a << 2) | (b >> 4);
    // Behind the end these two are dropped: writes past a typed array do nothing.
    bytes[to++] = ((b & 15) << 4) | (c >> 2);
    bytes[to++] = ((c & 3) << 6) | d;
  }
  return bytes;
}

function digit(text: string, at: number): number {
  return VALUES[text.charCodeAt(at)] ?? 255;
}
