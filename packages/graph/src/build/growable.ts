type Growable = Int32Array | Float64Array | Uint8Array;

/** Memory that is not touched costs nothing; memory that is copied is touched twice, and lingers. */
const GROWTH = 4;

/**
 * Returns an array of at least `length` elements that starts with the given one's: itself where it is long enough,
 * else a copy of at least four times the length, so that appending costs a constant amount on average.
 */
export function grown<T extends Growable>(array: T, length: number): T {
  if (length <= array.length) return array;
  const Type = array.constructor as new (length: number) => T;
  const longer = new Type(Math.max(length, array.length * GROWTH));
  longer.set(array);
  return longer;
}

/** An array as {@link grown} makes it, but of exactly `length` elements where it is shorter. */
export function reserved<T extends Growable>(array: T, length: number): T {
  if (length <= array.length) return array;
  const Type = array.constructor as new (length: number) => T;
  const longer = new Type(length);
  longer.set(array);
  return longer;
}
