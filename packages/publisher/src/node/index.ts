export { folderTarget } from './folder-target.js';
export type { OpenReleaseFolderOptions } from './open-release-folder.js';
export { openReleaseFolder } from './open-release-folder.js';
export type { FolderDescription } from './parse-folder-url.js';
export { parseFolderUrl } from './parse-folder-url.js';
export type { NetworkProfile } from './serve/network-profile.js';
export { NETWORK_PROFILES } from './serve/network-profile.js';
export type { FolderServer, ServedRequest, ServeFolderOptions } from './serve/serve-folder.js';
export { SERVE_FOLDER_DEFAULTS, serveFolder } from './serve/serve-folder.js';
