import { describe, expect, it } from 'vitest';
import { parseFolderUrl } from './node/parse-folder-url.js';
import { parseTargetUrl } from './parse-target-url.js';

const parsers = {
  file: (text: string) => parseFolderUrl(text, { cwd: '/srv/game' }),
  s3: (text: string) => ({ kind: 's3', text }),
};

describe('parseTargetUrl', () => {
  it.each([
    ['dist/content', { kind: 'folder', dir: '/srv/game/dist/content' }],
    ['/srv/content', { kind: 'folder', dir: '/srv/content' }],
    ['file:///srv/a%20b', { kind: 'folder', dir: '/srv/a b' }],
    ['FILE:///srv', { kind: 'folder', dir: '/srv' }],
    ['a:b', { kind: 'folder', dir: '/srv/game/a:b' }],
    ['s3://bucket/x', { kind: 's3', text: 's3://bucket/x' }],
    ['S3://bucket', { kind: 's3', text: 'S3://bucket' }],
  ])('reads %s', (text, expected) => {
    expect(parseTargetUrl<unknown>(text, parsers)).toEqual(expected);
  });

  it.each(['', 'gs://bucket', 'constructor:x', 'file://host/x', 'file:///a?b', 'file:///a#b', 'a\0b', 'file:///a%2fb'])(
    'refuses %j',
    (text) => {
      expect(() => parseTargetUrl<unknown>(text, parsers)).toThrow(expect.objectContaining({ code: 'ERR_TARGET_URL' }));
    },
  );

  it('shows no password and no control character', () => {
    const parse = () => parseTargetUrl<unknown>('gs://user:secret@host/\u001b[31m', parsers);
    expect(parse).toThrow(/gs:\/\/\*\*\*@host\/\\u001b/);
    expect(parse).not.toThrow(/secret/);
  });
});
