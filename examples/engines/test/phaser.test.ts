import { describeEngine } from './engine-suite.js';

describeEngine('Phaser', { page: 'phaser', facts: { engine: '4.2.1', seconds: 0.5 }, failed: ['hero'] });
