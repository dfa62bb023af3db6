import { describe, expect, it } from 'vitest';
import { s3Target } from './s3-target.js';
import { parseS3Url } from './s3-url.js';

describe('parseS3Url', () => {
  it.each([
    ['s3://games', { bucket: 'games', prefix: '' }],
    ['s3://games/', { bucket: 'games', prefix: '' }],
    ['S3://games/my/game/', { bucket: 'games', prefix: 'my/game' }],
    ['s3://games/a%20b/%C3%A9', { bucket: 'games', prefix: 'a b/é' }],
    [
      's3://games/x?endpoint=http://127.0.0.1:7480&region=auto&profile=dev&path-style=false',
      {
        bucket: 'games',
        prefix: 'x',
        endpoint: 'http://127.0.0.1:7480',
        region: 'auto',
        profile: 'dev',
        forcePathStyle: false,
      },
    ],
  ])('reads %s', (text, expected) => {
    expect(parseS3Url(text)).toEqual({ kind: 's3', ...expected });
  });

  it('names all problems at once', () => {
    const text = 's3://Games!/../x?endpoint=ftp://host&region=&path-style=yes&colour=red&profile=a&profile=b#top';
    const problems = [
      { path: 'prefix', problem: 'has a .. segment' },
      { path: 'region', problem: 'is empty' },
      { path: 'colour', problem: 'is unknown; known are endpoint, region, profile, path-style' },
      { path: 'profile', problem: 'stands there twice' },
      { path: 'bucket', problem: 'is no bucket name: 3 to 63 of a-z, 0-9, dot and hyphen' },
      { path: 'endpoint', problem: 'does not start with https:// or http://' },
      { path: 'path-style', problem: 'is neither true nor false' },
      { path: 'fragment', problem: 'has a #; write %23 for it' },
    ];
    expect(() => parseS3Url(text)).toThrow(
      expect.objectContaining({ code: 'ERR_TARGET_URL', details: expect.objectContaining({ problems }) }),
    );
  });

  it.each([
    's3:games',
    's3://',
    's3://games:80',
    's3://games/%zz',
    's3://games/a//b',
    'https://games',
    's3://games?endpoint=x',
  ])('refuses %s', (text) => {
    expect(() => parseS3Url(text)).toThrow(expect.objectContaining({ code: 'ERR_TARGET_URL' }));
  });

  it.each([
    's3://AKIAIOSFODNN7EXAMPLE:hunter2@games/x',
    's3://games?endpoint=https://user:hunter2@host',
    's3://games?secret_key=hunter2',
    's3://games?secret_key=hunter2&endpoint=ftp://x',
  ])('takes no secret and shows none: %s', (text) => {
    let shown = '';
    try {
      parseS3Url(text);
    } catch (error) {
      shown = JSON.stringify({ ...(error as object), message: (error as Error).message });
    }
    expect(shown).toContain('ERR_TARGET_URL');
    expect(shown).not.toContain('hunter2');
  });

  it('checks options that did not come from a URL, too', () => {
    const options = { bucket: 'x', prefix: '/a', endpoint: 'nope', partBytes: 1, partConcurrency: 0, pageSize: 1_001 };
    const paths = ['bucket', 'prefix', 'endpoint', 'partBytes', 'partConcurrency', 'pageSize'];
    expect(() => s3Target(options)).toThrow(
      expect.objectContaining({
        code: 'ERR_TARGET_URL',
        details: { problems: paths.map((path) => expect.objectContaining({ path })) },
      }),
    );
  });
});
