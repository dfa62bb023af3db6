import { crc32 } from './crc32.js';
import { u32 } from './little-endian.js';
import type { ReadExtras } from './load-extras.js';

/**
 * Checks extra fields `[from, to)`: whole, with neither zip64 (0x0001) nor unicode path (0x7075) twice. A unicode path
 * that speaks of this name (version 1, its CRC) must repeat it, else two readers see two names.
 *
 * @returns Where the zip64 field's data stands: start and end, or `undefined`.
 */
export const readExtras: ReadExtras = (bytes, from, to, name, fail) => {
  let zip64: readonly [number, number] | undefined;
  let hasUnicodePath = false;
  for (let at = from; at < to; ) {
    if (to - at < 4) fail('stray bytes in the extra fields');
    const id = bytes[at]! | (bytes[at + 1]! << 8);
    const end = at + 4 + (bytes[at + 2]! | (bytes[at + 3]! << 8));
    if (end > to) fail('an extra field is longer than the extra fields');
    if (id === 1) {
      if (zip64 !== undefined) fail('two zip64 extra fields');
      zip64 = [at + 4, end];
    } else if (id === 0x7075) {
      if (hasUnicodePath) fail('two unicode path extra fields');
      hasUnicodePath = true;
      if (!repeatsName(bytes.subarray(at + 4, end), name)) fail('the unicode path extra field has another name');
    }
    at = end;
  }
  return zip64;
};

function repeatsName(field: Uint8Array, name: Uint8Array): boolean {
  const speaksOfName = field.length >= 5 && field[0] === 1 && u32(field, 1) === crc32(name);
  if (!speaksOfName) return true;
  return field.length - 5 === name.length && name.every((byte, i) => byte === field[5 + i]);
}
