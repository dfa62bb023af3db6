import { crc32, deflateSync } from 'node:zlib';

/** A colour as red, green, blue. */
export type Colour = readonly [number, number, number];

/** Makes a PNG of one row of square blocks, each of one colour. */
export function blocksPng(size: number, colours: readonly Colour[]): Uint8Array {
  const width = size * colours.length;
  const line = [0, ...colours.flatMap((colour) => Array.from({ length: size }, () => colour).flat())];
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(size, 4);
  header.set([8, 2, 0, 0, 0], 8); // 8 bits a channel, RGB
  const rows = Buffer.concat(Array.from({ length: size }, () => Buffer.from(line)));
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.of()),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  const frame = Buffer.alloc(body.length + 8);
  frame.writeUInt32BE(data.length, 0);
  body.copy(frame, 4);
  frame.writeUInt32BE(crc32(body), body.length + 4);
  return frame;
}
