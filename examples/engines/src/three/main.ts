import { connectThree } from '@lading/engines/three';
import {
  AudioLoader,
  Color,
  FileLoader,
  LoadingManager,
  Mesh,
  MeshBasicMaterial,
  OrthographicCamera,
  PlaneGeometry,
  REVISION,
  Scene,
  SRGBColorSpace,
  type Texture,
  TextureLoader,
  WebGLRenderer,
} from 'three';
import { GLTFLoader } from 'three/examples/jsm/loaders/GLTFLoader.js';
import { openContent } from '../open-content.js';
import { showFacts } from '../show-facts.js';

const runtime = await openContent();
const failed: string[] = [];
const manager = new LoadingManager();
const { preload } = connectThree(runtime, manager);
const needed = ['/levels/1.json', '/pictures/hero.png', '/pictures/tiles.png', '/models/quad.gltf'];
await preload([...needed, '/models/quad.bin', '/models/skin.png', '/sounds/beep.wav']).catch(() =>
  failed.push('preload'),
);

const textures = new TextureLoader(manager);
const hero = await textures.loadAsync('pictures/hero.png').catch(() => void failed.push('hero'));
const tiles = await textures.loadAsync('pictures/tiles.png');
tiles.repeat.x = 0.5; // The left half.
const model = await new GLTFLoader(manager).loadAsync('models/quad.gltf'); // Refers to quad.bin and skin.png.
const sound = await new AudioLoader(manager).loadAsync('sounds/beep.wav');
const files = new FileLoader(manager);
const { title }: { title: string } = JSON.parse(String(await files.loadAsync('levels/1.json')));
const credits = await files.loadAsync('credits.txt'); // No mount has it: it comes from beside the page.

const scene = new Scene();
scene.background = new Color('#101014');
addSquare(hero, -1);
addSquare(tiles, 0);
model.scene.position.x = 1;
scene.add(model.scene);

const renderer = new WebGLRenderer();
renderer.setSize(192, 64);
document.querySelector('#game')?.append(renderer.domElement);
renderer.render(scene, new OrthographicCamera(-1.5, 1.5, 0.5, -0.5, -1, 1));
showFacts({ engine: REVISION, title, seconds: sound.duration, credits, failed });

function addSquare(map: Texture | undefined, x: number): void {
  if (map === undefined) return;
  map.colorSpace = SRGBColorSpace;
  const square = new Mesh(new PlaneGeometry(1, 1), new MeshBasicMaterial({ map }));
  square.position.x = x;
  scene.add(square);
}
