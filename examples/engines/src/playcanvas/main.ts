import { connectPlayCanvas } from '@lading/engines/playcanvas';
import {
  Application,
  Asset,
  Color,
  type ContainerResource,
  Entity,
  FILLMODE_NONE,
  http,
  PROJECTION_ORTHOGRAPHIC,
  type Sound,
  StandardMaterial,
  type Texture,
  type TextureAtlas,
  version,
} from 'playcanvas';
import { openContent } from '../open-content.js';
import { showFacts } from '../show-facts.js';

const runtime = await openContent();
connectPlayCanvas(runtime, http);

const canvas = document.createElement('canvas');
document.querySelector('#game')?.append(canvas);
const game = new Application(canvas);
game.setCanvasFillMode(FILLMODE_NONE, 192, 64);

const failed: string[] = [];
const [level, hero, tiles, quad, beep, credits] = await Promise.all([
  load('json', 'levels/1.json'),
  load('texture', 'pictures/hero.png', { srgb: true }),
  load('textureatlas', 'pictures/tiles.json'), // Loads tiles.png beside it.
  load('container', 'models/quad.gltf'), // Refers to quad.bin and skin.png.
  load('audio', 'sounds/beep.wav'),
  load('text', 'credits.txt'), // No mount has it: it comes from beside the page.
]);

const camera = new Entity('camera');
camera.addComponent('camera', {
  projection: PROJECTION_ORTHOGRAPHIC,
  orthoHeight: 0.5,
  clearColor: new Color(0.06, 0.06, 0.08),
});
camera.setPosition(0, 0, 2);
game.root.addChild(camera);

addSquare(hero as Texture | undefined, -1);
const { texture } = tiles as TextureAtlas;
texture.srgb = true;
addSquare(texture, 0, 0.5); // The left half.
const model = (quad as ContainerResource).instantiateRenderEntity({});
model.setPosition(1, 0, 0);
game.root.addChild(model);

game.start();
game.once('frameend', () => {
  const { title } = level as { title: string };
  showFacts({ engine: version, title, seconds: (beep as Sound).duration, credits, failed });
});

async function load(type: string, url: string, data?: object): Promise<unknown> {
  const asset = new Asset(url, type, { url }, data);
  const done = new Promise<void>((resolve) => {
    asset.ready(() => resolve());
    asset.once('error', () => {
      failed.push(url);
      resolve();
    });
  });
  game.assets.add(asset);
  game.assets.load(asset);
  await done;
  return asset.resource;
}

function addSquare(map: Texture | undefined, x: number, width = 1): void {
  if (map === undefined || map === null) return;
  const material = new StandardMaterial();
  material.useLighting = false;
  material.emissive = Color.WHITE;
  material.emissiveMap = map;
  material.emissiveMapTiling.x = width;
  material.update();
  const square = new Entity();
  square.addComponent('render', { type: 'plane', material });
  square.setEulerAngles(90, 0, 0);
  square.setPosition(x, 0, 0);
  game.root.addChild(square);
}
