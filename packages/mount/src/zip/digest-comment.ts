import type { EntryTable } from './entry-table.js';

/** `sha256:` as bytes. */
const PREFIX: readonly number[] = [115, 104, 97, 50, 53, 54, 58];
const COMMENT_BYTES = PREFIX.length + 64;

/** Value of each lower-case hex digit; 255 for any other byte. */
const HEX_VALUES: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte >= 48 && byte <= 57) return byte - 48;
  return byte >= 97 && byte <= 102 ? byte - 87 : 255;
});

/** Takes the digest `sha256:<64 hex>` of an entry's comment into the table; false where the comment is another text. */
export function readDigestComment(
  table: EntryTable,
  entry: number,
  bytes: Uint8Array,
  at: number,
  length: number,
): boolean {
  if (length !== COMMENT_BYTES) return false;
  for (let i = 0; i < PREFIX.length; i++) if (bytes[at + i] !== PREFIX[i]) return false;
  table.digests ??= new Uint8Array(32 * table.count);
  const digests = table.digests;
  let to = 32 * entry;
  let allBits = 0;
  for (let from = at + PREFIX.length; from < at + COMMENT_BYTES; from += 2) {
    const high = HEX_VALUES[bytes[from]!]!;
    const low = HEX_VALUES[bytes[from + 1]!]!;
    allBits |= high | low;
    digests[to++] = (high << 4) | (low & 15);
  }
  return allBits < 16;
}
