const WHOLE = new Intl.NumberFormat('en');

/** Every byte, grouped: `1,204,221`. */
export function wholeBytes(bytes: number): string {
  return WHOLE.format(bytes);
}

/** A size to read at a glance, in decimal units: `1.2 MB`. */
export function shortBytes(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${(bytes / 1_000).toFixed(0)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** One thing or many: `1 archive`, `3 archives`. */
export function counted(count: number, thing: string): string {
  return `${WHOLE.format(count)} ${thing}${count === 1 ? '' : 's'}`;
}

/** The first figures of a digest, enough to compare by eye. */
export function shortDigest(digest: string | undefined): string {
  return digest === undefined ? '–' : digest.replace('sha256:', '').slice(0, 10);
}
