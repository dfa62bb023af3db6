/**
 * Hashes a text to a number below 2^53, the same on every machine. It decides where groups are cut, so changing it
 * moves every cut: treat it as a format. Two 32-bit multiply-xor lanes over the UTF-16 code units, finished as
 * MurmurHash3 finishes its own.
 *
 * @internal
 */
export function pathHash(path: string): number {
  let high = 0x9e3779b9;
  let low = 0x85ebca6b;
  for (let i = 0; i < path.length; i++) {
    const unit = path.charCodeAt(i);
    high = Math.imul(high ^ unit, 0xcc9e2d51);
    high ^= high >>> 15;
    low = Math.imul(low ^ unit, 0x1b873593);
    low ^= low >>> 13;
  }
  return (finish(high ^ path.length) & 0x1fffff) * 2 ** 32 + finish(low ^ high);
}

function finish(value: number): number {
  let hash = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
