import { library } from '@lading/tsup-preset';

export default library({ index: 'src/index.ts', lading: 'src/lading.ts' });
