import { libraryOfFiles } from '@lading/tsup-preset';

export default libraryOfFiles({ index: 'src/index.ts' });
