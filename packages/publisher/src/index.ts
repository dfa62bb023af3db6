export type { PublishErrorCode } from './publish-error.js';
export { PublishError } from './publish-error.js';
export type {
  ObjectBody,
  ObjectInfo,
  ObjectMeta,
  PublishTarget,
  PutCondition,
  TargetCallOptions,
  TargetCapabilities,
} from './publish-target.js';
