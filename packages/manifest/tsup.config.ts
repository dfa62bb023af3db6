import { library } from '@lading/tsup-preset';

export default library({ index: 'src/index.ts', node: 'src/node/index.ts' });
