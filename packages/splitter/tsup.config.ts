import { library } from '@lading/tsup-preset';

export default library({ index: 'src/index.ts', 'deflate-worker': 'src/zip/deflate-worker.js' });
