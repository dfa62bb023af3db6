export type { EngineContent, EngineOptions } from './engine-content.js';
export { EngineError, type EngineErrorCode } from './engine-error.js';
export { type EngineRoute, engineRoute, type OpenedUrl } from './engine-route.js';
