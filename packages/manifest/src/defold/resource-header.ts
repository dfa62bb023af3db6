import { ManifestError } from '../manifest-error.js';
import { RESOURCE_COMPRESSED, RESOURCE_ENCRYPTED } from './defold-manifest.js';

/** Bytes in front of every payload in a Live Update zip or folder, never in a base archive. */
export const RESOURCE_HEADER_BYTES = 16;

/** What a resource header says. The engine skips it unread: what counts is the manifest's entry. */
export interface ResourceHeader {
  /** Size of the resource as the game sees it. */
  readonly sizeBytes: number;
  readonly isEncrypted: boolean;
  readonly isCompressed: boolean;
  /** Bit 4, which version 5 content sets and older content does not. */
  readonly isLiveUpdate: boolean;
}

const ARCHIVE_ENCRYPTED = 1;
const ARCHIVE_COMPRESSED = 2;
const ARCHIVE_LIVE_UPDATE = 4;
const PADDING = 0xed;

/**
 * Reads the 16 bytes before a stored payload. Padding is not judged, as the engine does not: real content differs.
 *
 * @throws ManifestError `ERR_RESOURCE_PAYLOAD` for fewer than 16 bytes.
 */
export function parseResourceHeader(bytes: Uint8Array): ResourceHeader {
  if (bytes.length < RESOURCE_HEADER_BYTES) {
    throw new ManifestError('ERR_RESOURCE_PAYLOAD', `Resource has ${bytes.length} bytes; its header alone has 16`, {
      details: { expected: RESOURCE_HEADER_BYTES, actual: bytes.length },
    });
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const flags = view.getUint8(4); // offset 4, 1 byte: flags as in an .arci
  return {
    sizeBytes: view.getUint32(0), // offset 0, 4 bytes big-endian
    isEncrypted: (flags & ARCHIVE_ENCRYPTED) !== 0,
    isCompressed: (flags & ARCHIVE_COMPRESSED) !== 0,
    isLiveUpdate: (flags & ARCHIVE_LIVE_UPDATE) !== 0,
  };
}

/**
 * Writes the header that Bob would write for a manifest entry: size, flags, eleven bytes 0xED.
 *
 * @param resource - `flags` are the manifest's ({@link RESOURCE_ENCRYPTED}, {@link RESOURCE_COMPRESSED}).
 * @example
 * bytesToHex(writeResourceHeader({ sizeBytes: 89, flags: 10 })); // → '0000005906ededededededededededed'
 */
export function writeResourceHeader(resource: {
  readonly sizeBytes: number;
  readonly flags: number;
}): Uint8Array<ArrayBuffer> {
  const header = new Uint8Array(RESOURCE_HEADER_BYTES).fill(PADDING);
  const encrypted = (resource.flags & RESOURCE_ENCRYPTED) !== 0 ? ARCHIVE_ENCRYPTED : 0;
  const compressed = (resource.flags & RESOURCE_COMPRESSED) !== 0 ? ARCHIVE_COMPRESSED : 0;
  const view = new DataView(header.buffer);
  view.setUint32(0, resource.sizeBytes);
  view.setUint8(4, encrypted | compressed | ARCHIVE_LIVE_UPDATE);
  return header;
}
