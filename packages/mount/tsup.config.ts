import { libraryOfFiles } from '@lading/tsup-preset';

export default libraryOfFiles(
  {
    index: 'src/index.ts',
    client: 'src/client.ts',
    node: 'src/node/index.ts',
    web: 'src/web/index.ts',
    'service-worker': 'src/web/service-worker.ts',
  },
  { core: 'client' },
);
