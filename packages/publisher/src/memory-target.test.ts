import { describe, expect, it } from 'vitest';
import { memoryTarget } from './memory-target.js';
import type { ObjectMeta } from './publish-target.js';

const META: ObjectMeta = { contentType: 'application/zip', cacheControl: 'no-cache' };

describe('memoryTarget', () => {
  it('keeps its own copy of the bytes', async () => {
    const target = memoryTarget();
    const bytes = new Uint8Array([1, 2, 3]);
    await target.put('a', bytes, META);
    bytes[0] = 9;
    expect((await target.get('a', { maxBytes: 3 }))?.bytes).toEqual(new Uint8Array([1, 2, 3]));
  });
});
