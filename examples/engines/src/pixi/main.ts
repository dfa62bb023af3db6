import { connectPixi } from '@lading/engines/pixi';
import { Application, Assets, DOMAdapter, extensions, Sprite, type Spritesheet, type Texture, VERSION } from 'pixi.js';
import { openContent } from '../open-content.js';
import { showFacts } from '../show-facts.js';

const runtime = await openContent();
connectPixi(runtime, { Assets, DOMAdapter, extensions });

const game = new Application();
await game.init({ width: 192, height: 64, background: '#101014', preference: 'webgl', autoStart: false });
document.querySelector('#game')?.append(game.canvas);

const failed: string[] = [];
const { level, hero, tiles, font, credits } = await Assets.load<unknown>(
  [
    { alias: 'level', src: 'levels/1.json' },
    { alias: 'hero', src: 'pictures/hero.png' },
    { alias: 'tiles', src: 'pictures/tiles.json' },
    { alias: 'font', src: 'fonts/press-start.woff2' },
    { alias: 'credits', src: 'credits.txt' }, // No mount has it: it comes from beside the page.
  ],
  {
    strategy: 'skip',
    onError: (_error, asset) => failed.push(typeof asset === 'string' ? asset : String(asset.alias)),
  },
);

const { textures } = tiles as Spritesheet;
[hero as Texture | undefined, textures.left, textures.right].forEach((texture, index) => {
  if (texture !== undefined) game.stage.addChild(new Sprite({ texture, x: 64 * index }));
});
game.render();
const { title } = level as { title: string };
showFacts({ engine: VERSION, title, font: (font as FontFace).family.replaceAll('"', ''), credits, failed });
