import { LadingError } from '@lading/manifest/client';

/** Every code that `@lading/engines` throws or reports. */
export type EngineErrorCode = 'ERR_ENGINE_NOT_PRELOADED';

/** An error of `@lading/engines`; `code` is one of {@link EngineErrorCode}. */
export class EngineError extends LadingError<EngineErrorCode> {}
