const UNITS = ['B', 'kB', 'MB', 'GB'] as const;

/** Bytes for people: `1.2 MB`. Units of 1,000, as download sizes are sold. */
export function bytesText(bytes: number | undefined): string {
  if (bytes === undefined) return '–';
  let value = bytes;
  let unit = 0;
  while (value >= 1_000 && unit < UNITS.length - 1) {
    value /= 1_000;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`;
}

/** Milliseconds for people: `12 ms`, `3.4 s`. */
export function timeText(ms: number | undefined): string {
  if (ms === undefined) return '–';
  return ms < 1_000 ? `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`;
}

/** The first digits of a digest, enough to tell two apart. */
export function digestText(digest: string | undefined): string {
  return digest === undefined ? '–' : digest.replace(/^sha256:/, '').slice(0, 10);
}
