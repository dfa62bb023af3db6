import { describe, expect, it } from 'vitest';
import { servedUrls } from './served-urls.js';

const PAGE = 'https://example.com/game/index.html';

describe('URLs of a page', () => {
  const urls = servedUrls('./', PAGE);

  it.each([
    ['pictures/hero.png', '/pictures/hero.png'],
    ['/game/pictures/hero.png?v=2#top', '/pictures/hero.png'],
    ['https://example.com/game/Gr%C3%B6%C3%9Fe%201.txt', '/Größe 1.txt'],
    ['./', undefined],
    ['../other/hero.png', undefined],
    ['https://example.com/gameover.png', undefined],
    ['https://other.example/game/hero.png', undefined],
    ['%2e%2e/secret.png', undefined],
    ['a%2f..%2fb.png', undefined],
    ['lone%.png', undefined],
    ['http://[', undefined],
  ])('%s is the resource %s', (url, path) => {
    expect(urls.pathOf(url)).toBe(path);
  });

  it.each(['/hero.png', '/Größe 1.txt', '/a?b#c%.png', '/deep/er/file'])('lead to %s and back', (path) => {
    expect(urls.pathOf(urls.urlOf(path))).toBe(path);
  });

  it('stand below a prefix of any host, with or without its last slash', () => {
    const other = servedUrls('https://cdn.example.com/assets', PAGE);
    expect(other.prefix).toBe('https://cdn.example.com/assets/');
    expect(other.pathOf('https://cdn.example.com/assets/a.png')).toBe('/a.png');
    expect(other.pathOf('a.png')).toBeUndefined();
  });
});
