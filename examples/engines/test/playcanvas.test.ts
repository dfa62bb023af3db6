import { describeEngine } from './engine-suite.js';

describeEngine('PlayCanvas', {
  page: 'playcanvas',
  facts: { engine: '2.23.3', seconds: 0.5 },
  failed: ['pictures/hero.png'],
});
