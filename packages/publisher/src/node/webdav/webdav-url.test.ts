import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { webdavAuthorization } from './webdav-options.js';
import { webdavTarget } from './webdav-target.js';
import { parseWebdavUrl } from './webdav-url.js';

describe('parseWebdavUrl', () => {
  it.each([
    ['https://files.example.com/games/my%20game/', 'https://files.example.com/games/my%20game'],
    ['webdavs://files.example.com/games', 'https://files.example.com/games'],
    ['davs://files.example.com:8443', 'https://files.example.com:8443'],
    ['WEBDAV://nas.local/games', 'http://nas.local/games'],
    ['dav://nas.local/games', 'http://nas.local/games'],
  ])('reads %s', (text, url) => {
    expect(parseWebdavUrl(text)).toEqual({ kind: 'webdav', url });
  });

  it.each([
    ['https://me:secret@files.example.com/games', 'has a user name or password'],
    ['https://files.example.com/games?token=secret', 'has a query or a fragment'],
    ['https://files.example.com/a//b', 'has an empty segment'],
    ['https://files.example.com/a%2Fb', 'has an empty segment or an encoded slash'],
    ['https://files.example.com/a%ff', 'stands for no UTF-8'],
    ['https://', 'is no URL'],
    ['ftp://files.example.com', 'does not start with https://'],
  ])('refuses %s', (text, problem) => {
    let caught: unknown;
    try {
      parseWebdavUrl(text);
    } catch (error) {
      caught = error;
    }
    expect(caught).toMatchObject({ code: 'ERR_TARGET_URL', message: expect.stringContaining(problem) });
    expect(inspect(caught)).not.toContain('secret');
  });
});

describe('credentials', () => {
  it('come from the environment: a token, or a user and a password', () => {
    expect(webdavAuthorization({})).toBeUndefined();
    expect(webdavAuthorization({ LADING_WEBDAV_USER: 'me' })).toEqual({ user: 'me', password: '' });
    const both = { LADING_WEBDAV_TOKEN: 't', LADING_WEBDAV_USER: 'me', LADING_WEBDAV_PASSWORD: 'p' };
    expect(webdavAuthorization(both)).toEqual({ token: 't' });
  });

  it('are not sent in the clear to another machine, unless told so', () => {
    const authorization = { user: 'me', password: 'secret' };
    const open = (url: string, allowPlainText?: boolean): unknown =>
      webdavTarget({ url, authorization, allowPlainText });
    expect(() => open('http://nas.local/games')).toThrow(/credentials in the clear/);
    for (const url of [
      'http://127.0.0.1:8080/games',
      'http://localhost/games',
      'http://[::1]/games',
      'https://nas.local',
    ])
      expect(open(url)).toBeDefined();
    expect(open('http://nas.local/games', true)).toBeDefined();
  });

  it('that no header can hold are refused', () => {
    const open = (authorization: { user: string; password: string } | { token: string }): unknown =>
      webdavTarget({ url: 'https://nas.local', authorization });
    expect(() => open({ user: 'a:b', password: '' })).toThrow(/user name has a colon/);
    expect(() => open({ token: 'a\nb' })).toThrow(/token has characters/);
  });
});
