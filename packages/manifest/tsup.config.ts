import { libraryOfFiles } from '@lading/tsup-preset';

export default libraryOfFiles(
  { index: 'src/index.ts', client: 'src/client.ts', defold: 'src/defold/index.ts', node: 'src/node/index.ts' },
  { core: 'client' },
);
