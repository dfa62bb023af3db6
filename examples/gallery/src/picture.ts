import { zlibSync } from 'fflate';
import { mix } from './noise.js';

/** A colour: red, green, blue, each 0 to 1; more than 1 is light that saturates. */
export type Colour = readonly [red: number, green: number, blue: number];

/** Gives the colour of a point; x runs 0 to `aspect` from the left, y 0 to 1 from the top. */
export type Painting = (x: number, y: number, aspect: number) => Colour;

/** Reads `#rrggbb`. */
export function colour(hex: string): Colour {
  const value = Number.parseInt(hex.slice(1), 16);
  return [(value >> 16) / 255, ((value >> 8) & 255) / 255, (value & 255) / 255];
}

/** Between two colours. */
export function blend(from: Colour, to: Colour, amount: number): Colour {
  const t = Math.min(1, Math.max(0, amount));
  return [mix(from[0], to[0], t), mix(from[1], to[1], t), mix(from[2], to[2], t)];
}

/** Adds light of a colour. */
export function glow(base: Colour, light: Colour, amount: number): Colour {
  return [base[0] + light[0] * amount, base[1] + light[1] * amount, base[2] + light[2] * amount];
}

/** A colour from a row of colours, evenly spaced over [0, 1]. */
export function gradient(stops: readonly Colour[], at: number): Colour {
  const position = Math.min(1, Math.max(0, at)) * (stops.length - 1);
  const index = Math.min(stops.length - 2, Math.floor(position));
  return blend(stops[index] ?? [0, 0, 0], stops[index + 1] ?? [0, 0, 0], position - index);
}

/** Paints and encodes a PNG (8-bit RGB). The same painting gives the same bytes on every machine. */
export function paintPng(width: number, height: number, painting: Painting): Uint8Array {
  const rows = new Uint8Array(height * (1 + width * 3));
  let at = 0;
  for (let row = 0; row < height; row++) {
    const start = at + 1;
    rows[at++] = 1; // filter "Sub": each byte less the one a pixel to the left
    for (let column = 0; column < width; column++) {
      const [red, green, blue] = painting((column + 0.5) / height, (row + 0.5) / height, width / height);
      rows[at++] = toByte(red);
      rows[at++] = toByte(green);
      rows[at++] = toByte(blue);
    }
    for (let index = at - 1; index >= start + 3; index--) rows[index] = (rows[index] ?? 0) - (rows[index - 3] ?? 0);
  }
  return encodePng(width, height, rows);
}

function toByte(value: number): number {
  return Math.round(Math.min(1, Math.max(0, value)) * 255);
}

function encodePng(width: number, height: number, rows: Uint8Array): Uint8Array {
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, 2, 0, 0, 0], 8); // 8 bits, RGB, deflate, adaptive filters, not interlaced
  const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
  return join([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', zlibSync(rows, { level: 6 })),
    chunk('IEND', new Uint8Array()),
  ]);
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  bytes.set(new TextEncoder().encode(type), 4);
  bytes.set(data, 8);
  view.setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)));
  return bytes;
}

function crc32(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (0xedb88320 & -(crc & 1));
  }
  return ~crc >>> 0;
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
