export type { Serving, ServingTier } from './serving.js';
export { startWebRuntime, type WebRuntime, type WebRuntimeOptions } from './start-web-runtime.js';
