import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { describeEngineVersions } from '../index.js';
import { ENGINE_VERSION_HASHES } from './engine-version-hashes.js';

it.each([
  ['', 'da39a3ee5e6b4b0d3255bfef95601890afd80709'],
  ['1.4.8', '403b52175033f5fc6cef0024c84c6d302aaf8633'],
  ['1.9.5', 'fa2d8a9d18d35e9aa274b6d7d0ad0225d0362ed6'],
  ['1.10.1', '7d717e1eb3141d4c346ffb2802ac590968296293'],
  ['1.10.4', '934664f45e2943a57b65f7cdad7e4986fa49c54d'],
  ['1.11.2', 'aa8d05244067e63778197cff65d9209d713328a4'],
  ['1.12.0', '863a759d22c8d5e7ea942c80809df17c2d4fa779'],
  ['1.12.4', '4cf4800c61a8883b820676f651c058621e0c1b88'],
  ['1.13.0', '6c3371737e84ab4219f83867466569f042741c0c'],
])('names %j by its hash', (name, hash) => {
  expect(describeEngineVersions([hash])).toEqual([{ hash, name }]);
});

it('keeps the order, and leaves a hash that it does not know without a name', () => {
  const unknown = createHash('sha1').update('2.0.0-mine').digest('hex');
  expect(describeEngineVersions([unknown, 'aa8d05244067e63778197cff65d9209d713328a4'])).toEqual([
    { hash: unknown, name: undefined },
    { hash: 'aa8d05244067e63778197cff65d9209d713328a4', name: '1.11.2' },
  ]);
});

it('has the right hash in every generated line', () => {
  const lines = ENGINE_VERSION_HASHES.trim().split('\n');
  expect(lines.length).toBeGreaterThan(200);
  for (const line of lines) {
    const [hash, name = ''] = line.split(' ');
    expect(name).toMatch(/^1\.\d+\.\d+$/);
    expect(hash).toBe(createHash('sha1').update(name).digest('hex'));
  }
});
