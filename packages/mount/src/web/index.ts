export type { Serving, ServingTier } from './serving.js';
export { startWebRuntime, type WebRuntime, type WebRuntimeOptions } from './start-web-runtime.js';
export {
  WEB_STORE_DEFAULTS,
  type WebStore,
  type WebStoreBackend,
  type WebStoreOptions,
  webStore,
} from './store/web-store.js';
