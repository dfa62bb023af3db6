import { describeEngine } from './engine-suite.js';

describeEngine('three.js', {
  page: 'three',
  facts: { engine: '187', seconds: 0.5 },
  failed: ['preload', 'hero'],
  moreErrors: [/\/pictures\/hero\.png is mounted, but was not preloaded/],
});
