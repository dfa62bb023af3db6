import { connectPhaser } from '@lading/engines/phaser';
import { AUTO, Game, type Loader, Scene, VERSION } from 'phaser';
import { openContent } from '../open-content.js';
import { showFacts } from '../show-facts.js';

const runtime = await openContent();

class Level extends Scene {
  readonly failed: string[] = [];

  preload(): void {
    connectPhaser(runtime, this.load);
    this.load.on('loaderror', ({ key }: Loader.File) => this.failed.push(key));
    this.load.json('level', 'levels/1.json');
    this.load.image('hero', 'pictures/hero.png');
    this.load.atlas('tiles', 'pictures/tiles.png', 'pictures/tiles.json');
    this.load.audio('beep', 'sounds/beep.wav');
    this.load.text('credits', 'credits.txt'); // No mount has it: it comes from beside the page.
  }

  create(): void {
    this.add.image(0, 0, 'hero').setOrigin(0);
    this.add.image(64, 0, 'tiles', 'left').setOrigin(0);
    this.add.image(128, 0, 'tiles', 'right').setOrigin(0);
    const { title }: { title: string } = this.cache.json.get('level');
    const seconds: number = this.sound.add('beep').duration;
    const credits: string = this.cache.text.get('credits');
    const { failed } = this;
    this.game.events.once('postrender', () => showFacts({ engine: VERSION, title, seconds, credits, failed }));
  }
}

new Game({
  type: AUTO,
  parent: 'game',
  width: 192,
  height: 64,
  banner: false,
  backgroundColor: '#101014',
  scene: Level,
});
