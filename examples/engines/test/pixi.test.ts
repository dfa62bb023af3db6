import { describeEngine } from './engine-suite.js';

describeEngine('PixiJS', { page: 'pixi', facts: { engine: '8.22.0', font: 'Press Start' }, failed: ['hero'] });
