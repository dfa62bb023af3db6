import type { ReleaseArchive } from '@lading/manifest';
import type { ByteSource } from './byte-source.js';

const CENTRAL = 0x02014b50;
const CENTRAL_BYTES = 46;
const LOCAL_BYTES = 30;

/**
 * Finds the member whose local header differs from the directory in a field that readers skip: the version needed
 * (offset 4 local, 6 central) or a flag (6 and 8). The directory must have been verified. `undefined`: none does.
 */
export async function findChangedHeader(
  source: ByteSource,
  { directory }: ReleaseArchive,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const bytes = await source.read(directory.offset, directory.sizeBytes, { signal });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at + CENTRAL_BYTES <= bytes.length && view.getUint32(at, true) === CENTRAL; ) {
    const nameLength = view.getUint16(at + 28, true);
    const extraLength = view.getUint16(at + 30, true);
    const local = await source.read(localOffset(view, at), LOCAL_BYTES, { signal });
    const header = new DataView(local.buffer, local.byteOffset, local.byteLength);
    const isSame = header.getUint32(4, true) === view.getUint32(at + 6, true);
    const nameAt = at + CENTRAL_BYTES;
    if (!isSame) return new TextDecoder().decode(bytes.subarray(nameAt, nameAt + nameLength));
    at = nameAt + nameLength + extraLength + view.getUint16(at + 32, true);
  }
  return undefined;
}

/** Offset 42, or the last 8 bytes of the zip64 field where that says all ones. */
function localOffset(view: DataView, at: number): number {
  const plain = view.getUint32(at + 42, true);
  if (plain !== 0xffffffff) return plain;
  const from = at + CENTRAL_BYTES + view.getUint16(at + 28, true);
  const end = from + view.getUint16(at + 30, true);
  for (let field = from; field + 4 <= end; field += 4 + view.getUint16(field + 2, true)) {
    if (view.getUint16(field, true) !== 1) continue;
    return Number(view.getBigUint64(field + 4 + view.getUint16(field + 2, true) - 8, true));
  }
  return plain;
}
