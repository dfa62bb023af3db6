import { libraryOfFiles } from '@lading/tsup-preset';

export default libraryOfFiles({ index: 'src/index.ts', node: 'src/node/index.ts' });
