import { inflateRawSync } from 'node:zlib';

/** Members of an ordinary zip by name, through its central directory: enough for the zips of the corpus. */
export function unzip(zip: Uint8Array): Map<string, Uint8Array> {
  const buffer = Buffer.from(zip);
  const end = buffer.lastIndexOf(Buffer.from('PK\u0005\u0006'));
  const members = new Map<string, Uint8Array>();
  let at = buffer.readUInt32LE(end + 16);
  for (let i = 0; i < buffer.readUInt16LE(end + 10); i++) {
    const nameLength = buffer.readUInt16LE(at + 28);
    const name = buffer.toString('utf8', at + 46, at + 46 + nameLength);
    const local = buffer.readUInt32LE(at + 42);
    const start = local + 30 + buffer.readUInt16LE(local + 26) + buffer.readUInt16LE(local + 28);
    const stored = buffer.subarray(start, start + buffer.readUInt32LE(at + 20));
    members.set(name, new Uint8Array(buffer.readUInt16LE(at + 10) === 8 ? inflateRawSync(stored) : stored));
    at += 46 + nameLength + buffer.readUInt16LE(at + 30) + buffer.readUInt16LE(at + 32);
  }
  return members;
}
