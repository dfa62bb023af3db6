export type { MemoryWebdav, MemoryWebdavOptions, WebdavFault, WebdavSeen } from './memory-webdav.js';
export { startMemoryWebdav } from './memory-webdav.js';
export { findWebdavServers, type RealWebdav, startRealWebdav } from './real-webdav.js';
export type { WebdavServer } from './webdav-server.js';
