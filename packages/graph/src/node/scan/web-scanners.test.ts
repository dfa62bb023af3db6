import { isLadingError } from '@lading/manifest';
import { describe, expect, it } from 'vitest';
import type { ScannedReference } from '../../scan/scanner.js';
import { webScanners } from './web-scanners.js';

function scan(path: string, content: string | Uint8Array | object): ScannedReference[] {
  const text =
    typeof content === 'object' && !(content instanceof Uint8Array) ? JSON.stringify(content, null, 1) : content;
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  const matching = webScanners().filter((scanner) => scanner.matches(path));
  expect([path, matching.length]).toEqual([path, 1]);
  return matching.flatMap((scanner) => [...scanner.references(path, bytes)]);
}

function names(references: readonly ScannedReference[]): string[] {
  return references.map(({ to, at }) => `${to} ${at}`);
}

describe('the scanners of webScanners', () => {
  it('find what a page loads, with line and column, and nothing that it only links to', () => {
    const page = [
      '<!doctype html><link rel="stylesheet" href="a.css?v=1"><link rel=canonical href="other.html">',
      '<script type="module" src="./main.js"></script><!-- <img src="no.png"> -->',
      '<img src="sky%20blue.png" srcset="b.png 1x, c,d.png 2x,e.png"><a href="about.html">x</a>',
      '<video poster="/p.jpg"><source src="v.webm"></video><img src="https://cdn.example.com/x.png"><img src="data:,x">',
      '<style>body { background: url("bg.png") /* url(no2.png) */ }</style><p style="background:url(q.png)">',
      '<template><img src="t.png"></template><svg><use href="icons.svg#play"/><image xlink:href="i.png"/></svg>',
      '<script>const text = \'<img src="no3.png">\';</script>',
    ].join('\n');
    expect(names(scan('/index.html', page))).toEqual([
      'a.css 1:39',
      './main.js 2:23',
      'sky blue.png 3:6',
      'b.png 3:27',
      'c,d.png 3:27',
      'e.png 3:27',
      '/p.jpg 4:8',
      'v.webm 4:32',
      'bg.png 5:1',
      'q.png 5:72',
      't.png 6:16',
      'icons.svg 6:49',
      'i.png 6:79',
    ]);
    expect(names(scan('/a/x.htm', '<base href="../lib/"><img src="x.png"><img src="/y.png">'))).toEqual([
      '../lib/x.png 1:27',
      '/y.png 1:44',
    ]);
    expect(scan('/x.html', '<base href="https://cdn.example.com/"><img src="x.png">')).toEqual([]);
  });

  it('find what a style sheet loads, and not what its comments and texts say', () => {
    const sheet = [
      '@import "reset.css"; @import url(theme.css) screen;',
      '/* url(no.png) */ a { background: url( "a b.png" ), URL(c.png); content: "url(no.png)"; }',
      '@font-face { src: url(f.woff2#x) format("woff2"), url(data:font/woff2;base64,AA) }',
      'b { background: image-set("d.png" 1x, url(e.png) 2x); mask: url(#local) }',
    ].join('\n');
    expect(names(scan('/a.css', sheet))).toEqual([
      'reset.css 1:9',
      'theme.css 1:30',
      'a b.png 2:40',
      'c.png 2:53',
      'f.woff2 3:19',
      'd.png 4:27',
      'e.png 4:39',
    ]);
  });

  it('find tilesets, images, templates and file properties of Tiled, in XML and JSON', () => {
    const map = `<?xml version="1.0"?>\n<map><tileset firstgid="1" source="../t/a.tsx"/>\n<!-- <image source="no.png"/> -->
<imagelayer><image source="sky &amp; sea.png"/></imagelayer>\n<objectgroup><object template="d.tx"/></objectgroup>
<properties><property name="m" type="file" value="m.ogg"/><property name="s" value="no.ogg"/></properties></map>`;
    const found = scan('/m.tmx', map).map(({ to, at }) => `${to} ${at.split(':')[0]}`);
    expect(found).toEqual(['../t/a.tsx 2', 'sky & sea.png 4', 'd.tx 5', 'm.ogg 6']);
    expect(
      names(scan('/m.tmj', { tilesets: [{ source: 'a.tsj' }], layers: [{ image: 'i.png', name: 'no.png' }] })),
    ).toEqual(['a.tsj 4#/tilesets/0/source', 'i.png 9#/layers/0/image']);
    expect(scan('/component.tsx', "import x from './y'; export const z = <a/>;")).toEqual([]);
  });

  it('find the pages of atlases and of bitmap fonts in all four forms', () => {
    const atlas = '\nsky.png\nsize: 64,64\nfilter: Linear\nsun\n  xy: 2, 2\n\r\nsea.png\nsize: 8,8\nwave\n';
    expect(names(scan('/s.atlas', atlas))).toEqual(['sky.png 2:1', 'sea.png 8:1']);
    expect(
      names(scan('/f.fnt', 'info face="x"\ncommon pages=2\npage id=0 file="f 0.png"\npage id=1 file=f1.png\n')),
    ).toEqual(['f 0.png 3:1', 'f1.png 4:1']);
    expect(scan('/f.fnt', '<font><pages><page id="0" file="f.png"/></pages></font>')[0]?.to).toBe('f.png');
    expect(names(scan('/f.fnt', { pages: ['f.png'], chars: [{ page: 0 }] }))).toEqual(['f.png 3#/pages/0']);
    const binary = Uint8Array.from([
      66,
      77,
      70,
      3,
      1,
      1,
      0,
      0,
      0,
      9,
      3,
      6,
      0,
      0,
      0,
      ...new TextEncoder().encode('f.png'),
      0,
    ]);
    expect(scan('/f.fnt', binary)[0]?.to).toBe('f.png');
  });

  it('know a Phaser pack, its paths, and the names that Phaser makes of keys', () => {
    const pack = {
      level: {
        path: 'img',
        files: [
          { type: 'image', key: 'sky' },
          { type: 'atlas', key: 'a', textureURL: 'a.png', atlasURL: 'a.json' },
          { type: 'audio', key: 'm', url: ['m.ogg', 'm.mp3'] },
          { type: 'image', key: 'cdn', url: 'https://cdn.example.com/x.png' },
        ],
      },
      meta: { url: 'https://phaser.io' },
    };
    const found = scan('/packs/p.json', pack);
    expect(found.map(({ to }) => to)).toEqual([
      '/img/sky.png',
      '/img/a.png',
      '/img/a.json',
      '/img/m.ogg',
      '/img/m.mp3',
    ]);
    expect(found[1]).toEqual({ to: '/img/a.png', or: ['img/a.png'], at: '12#/level/files/1/textureURL' });
  });

  it('know a PixiJS manifest, with every variant of a source', () => {
    const manifest = {
      bundles: [
        {
          name: 'a',
          assets: [
            { alias: ['sky'], src: 'sky@{1,2}x.{webp,png}' },
            { alias: 'x', src: ['x.png', { src: 'x.webp' }] },
          ],
        },
        { name: 'b', assets: { sea: 'sea.png' } },
      ],
    };
    const found = scan('/manifest.json', manifest).map(({ to }) => to);
    const sky = ['sky@1x.webp', 'sky@1x.png', 'sky@2x.webp', 'sky@2x.png'];
    expect(found).toEqual([...sky, 'x.png', 'x.webp', 'sea.png']);
  });

  it('know the manifest of Vite, in its hidden folder too', () => {
    const manifest = {
      'index.html': {
        file: 'assets/main-1.js',
        src: 'index.html',
        isEntry: true,
        css: ['assets/main-1.css'],
        imports: ['_s.js'],
      },
      '_s.js': { file: 'assets/s-2.js', assets: ['assets/sky-3.png'] },
    };
    const files = ['assets/main-1.js', 'assets/main-1.css', 'assets/s-2.js', 'assets/sky-3.png'];
    expect(scan('/.vite/manifest.json', manifest).map(({ to }) => to)).toEqual(files.map((file) => `../${file}`));
    expect(scan('/manifest.json', manifest).map(({ to }) => to)).toEqual(files.map((file) => `./${file}`));
  });

  it('read other JSON as plain files that name others, with lines', () => {
    const text = '{\n  "a~/\\"": ["x",\n "./sky.png"],\n "b": {"c": "./sea.png"}}';
    expect(names(scan('/level.json', text)).filter((name) => name.includes('png'))).toEqual([
      './sky.png 3#/a~0~1"/1',
      './sea.png 4#/b/c',
    ]);
  });

  it('say of broken files that they are broken', () => {
    const cut = Uint8Array.from([66, 77, 70, 3, 3, 255, 255, 0, 0, 1]);
    const cases: [string, string | Uint8Array][] = [
      ['/a.tmx', '<map><tileset'],
      ['/a.tmj', '{'],
      ['/a.css', Uint8Array.of(0xff, 0xfe)],
      ['/a.fnt', cut],
      ['/a.fnt', Uint8Array.from([66, 77, 70, 2])],
    ];
    for (const [path, content] of cases) {
      let error: unknown;
      try {
        scan(path, content);
      } catch (thrown) {
        error = thrown;
      }
      expect([path, isLadingError(error)]).toEqual([path, true]);
    }
  });

  it('walk a page that nests fifty thousand deep', () => {
    expect(scan('/deep.html', `${'<b>'.repeat(50_000)}<img src="x.png">`)).toHaveLength(1);
  });
});
