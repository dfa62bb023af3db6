import { describeEngine } from './engine-suite.js';

describeEngine('Babylon', {
  page: 'babylon',
  facts: { engine: '9.28.0', seconds: 0.5 },
  failed: ['pictures/hero.png'],
});
