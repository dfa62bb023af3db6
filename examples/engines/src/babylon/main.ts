import { CreateSoundBufferAsync } from '@babylonjs/core/AudioV2/abstractAudio/audioEngineV2';
import { CreateAudioEngineAsync } from '@babylonjs/core/AudioV2/webAudio/webAudioEngine';
import { Camera } from '@babylonjs/core/Cameras/camera';
import { FreeCamera } from '@babylonjs/core/Cameras/freeCamera';
import { Engine } from '@babylonjs/core/Engines/engine';
import { ImportMeshAsync } from '@babylonjs/core/Loading/sceneLoader';
import { StandardMaterial } from '@babylonjs/core/Materials/standardMaterial';
import { Texture } from '@babylonjs/core/Materials/Textures/texture';
import { Color4 } from '@babylonjs/core/Maths/math.color';
import { Vector3 } from '@babylonjs/core/Maths/math.vector';
import { CreatePlane } from '@babylonjs/core/Meshes/Builders/planeBuilder';
import { Tools } from '@babylonjs/core/Misc/tools';
import { WebRequest } from '@babylonjs/core/Misc/webRequest';
import { Scene } from '@babylonjs/core/scene';
import '@babylonjs/loaders/glTF';
import { connectBabylon } from '@lading/engines/babylon';
import { openContent } from '../open-content.js';
import { showFacts } from '../show-facts.js';

const runtime = await openContent();

const canvas = document.createElement('canvas');
[canvas.width, canvas.height] = [192, 64];
document.querySelector('#game')?.append(canvas);
const engine = new Engine(canvas);
const scene = new Scene(engine);
scene.clearColor = Color4.FromHexString('#101014ff');
const { preload } = connectBabylon(runtime, scene, { WebRequest });
await preload(['/sounds/beep.wav']);

const camera = new FreeCamera('camera', new Vector3(0, 0, -2), scene);
camera.mode = Camera.ORTHOGRAPHIC_CAMERA;
[camera.orthoLeft, camera.orthoRight, camera.orthoBottom, camera.orthoTop] = [-1.5, 1.5, -0.5, 0.5];

const failed: string[] = [];
addSquare(await loadTexture('pictures/hero.png'), -1);
const tiles = await loadTexture('pictures/tiles.png');
if (tiles !== undefined) tiles.uScale = 0.5; // The left half.
addSquare(tiles, 0);
const { meshes } = await ImportMeshAsync('models/quad.gltf', scene); // Refers to quad.bin and skin.png.
meshes[0]?.position.set(1, 0, 0);
const { title }: { title: string } = JSON.parse(String(await Tools.LoadFileAsync('levels/1.json', false)));
const credits = await Tools.LoadFileAsync('credits.txt', false); // No mount has it: it comes from beside the page.
const beep = await CreateSoundBufferAsync('sounds/beep.wav', {}, await CreateAudioEngineAsync());

await scene.whenReadyAsync();
engine.runRenderLoop(() => scene.render());
scene.onAfterRenderObservable.addOnce(() => {
  showFacts({ engine: Engine.Version, title, seconds: beep.duration, credits, failed });
});

function loadTexture(url: string): Promise<Texture | undefined> {
  return new Promise((resolve) => {
    const fail = (): void => {
      failed.push(url);
      resolve(undefined);
    };
    const texture: Texture = new Texture(url, scene, { onLoad: () => resolve(texture), onError: fail });
  });
}

function addSquare(texture: Texture | undefined, x: number): void {
  if (texture === undefined) return;
  const material = new StandardMaterial(texture.name, scene);
  material.emissiveTexture = texture;
  material.disableLighting = true;
  const square = CreatePlane(texture.name, { size: 1 }, scene);
  square.material = material;
  square.position.x = x;
}
