/** Reads an unsigned 16-bit number, lower byte first. */
export function u16(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8);
}

/** Reads an unsigned 32-bit number, lower byte first. */
export function u32(bytes: Uint8Array, at: number): number {
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
}

/**
 * Reads an unsigned 64-bit number, lower byte first; `Infinity` above 2^53 - 1, which no offset or size may be and
 * which every comparison with a real one refuses.
 */
export function u64(bytes: Uint8Array, at: number): number {
  const high = u32(bytes, at + 4);
  return high > 0x1fffff ? Number.POSITIVE_INFINITY : high * 2 ** 32 + u32(bytes, at);
}
