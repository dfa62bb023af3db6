import { libraryOfFiles } from '@lading/tsup-preset';

export default libraryOfFiles({
  index: 'src/index.ts',
  babylon: 'src/babylon.ts',
  phaser: 'src/phaser.ts',
  pixi: 'src/pixi.ts',
  playcanvas: 'src/playcanvas.ts',
  three: 'src/three.ts',
});
