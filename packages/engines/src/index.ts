export type { EngineContent, EngineOptions } from './engine-content.js';
export { type EngineRoute, engineRoute, type OpenedUrl } from './engine-route.js';
