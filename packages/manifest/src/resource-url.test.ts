import { describe, expect, it } from 'vitest';
import { resourcePathOf } from './resource-url.js';

const PAGE = 'https://games.example.com/harbour/index.html?level=2#start';
const BESIDE = { prefix: 'https://games.example.com/harbour/', page: PAGE };

describe('the resource that a URL of a game means', () => {
  it.each([
    ['pictures/hero.png', '/pictures/hero.png'],
    ['./pictures/../hero.png', '/hero.png'],
    ['/harbour/hero.png', '/hero.png'],
    ['https://games.example.com/harbour/hero.png', '/hero.png'],
    ['hero.png?v=3#part', '/hero.png'],
    ['gr%C3%BC%C3%9Fe%20an%20alle.txt', '/grüße an alle.txt'],
    ['grüße an alle.txt', '/grüße an alle.txt'],
  ])('%s is %s', (url, path) => {
    expect(resourcePathOf(url, BESIDE)).toBe(path);
  });

  it.each([
    ['../other-game/hero.png'],
    ['/hero.png'],
    ['https://cdn.example.com/harbour/hero.png'],
    ['blob:https://games.example.com/0b8e'],
    ['data:image/png;base64,AAAA'],
    ['a%2F..%2F..%2Fsecret'],
    ['100%.png'],
    ['a//b.png'],
    ['http://['],
    [''],
    ['.'],
  ])('%s is none', (url) => {
    expect(resourcePathOf(url, { ...BESIDE, page: BESIDE.prefix })).toBeUndefined();
  });

  it('is what stands behind the prefix, which may be on another host', () => {
    const prefix = 'https://cdn.example.com/assets/';
    expect(resourcePathOf('https://cdn.example.com/assets/a/b.json', { prefix, page: PAGE })).toBe('/a/b.json');
    expect(resourcePathOf('a/b.json', { prefix, page: PAGE })).toBeUndefined();
  });
});
