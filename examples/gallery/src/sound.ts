const RATE = 44_100;

/** Gives the air at a time in seconds, -1 to 1. */
export type Sound = (seconds: number, sample: number) => number;

/** Plays a sound into a WAV file: PCM, 16 bits, one channel. */
export function recordWav(seconds: number, sound: Sound): Uint8Array {
  const count = Math.round(seconds * RATE);
  const bytes = new Uint8Array(44 + count * 2);
  const view = new DataView(bytes.buffer);
  writeHeader(bytes, view, count);
  for (let sample = 0; sample < count; sample++) {
    const fade = Math.min(1, sample / 1600, (count - sample) / 1600);
    const value = Math.max(-1, Math.min(1, sound(sample / RATE, sample) * fade));
    view.setInt16(44 + sample * 2, Math.round(value * 32_767), true);
  }
  return bytes;
}

function writeHeader(bytes: Uint8Array, view: DataView, count: number): void {
  const text = (at: number, value: string): void => bytes.set(new TextEncoder().encode(value), at);
  text(0, 'RIFF');
  view.setUint32(4, 36 + count * 2, true);
  text(8, 'WAVEfmt ');
  view.setUint32(16, 16, true); // size of the format
  view.setUint16(20, 1, true); // PCM
  view.setUint16(22, 1, true); // channels
  view.setUint32(24, RATE, true);
  view.setUint32(28, RATE * 2, true); // bytes a second
  view.setUint16(32, 2, true); // bytes a sample
  view.setUint16(34, 16, true); // bits
  text(36, 'data');
  view.setUint32(40, count * 2, true);
}
