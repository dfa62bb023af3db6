export type { BrokenArchive } from './archive-folder.js';
export type { FileSourceOptions } from './file-source.js';
export { FILE_SOURCE_DEFAULTS, fileSource } from './file-source.js';
export type { FolderContentOptions } from './folder-content.js';
export { FOLDER_CONTENT_DEFAULTS, folderContent } from './folder-content.js';
export { folderOrigin } from './folder-origin.js';
export { nodeCodecs } from './node-codecs.js';
export type { NodeStore, NodeStoreOptions } from './node-store.js';
export { NODE_STORE_DEFAULTS, nodeStore } from './node-store.js';
