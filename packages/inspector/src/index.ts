export type { Diagnostics, ShownError } from './diagnostics.js';
export type { DownloadRow, DownloadStage } from './download-log.js';
export { type InspectOptions, inspect } from './inspect.js';
export type { InspectedServing } from './inspected.js';
export { LadingInspector } from './lading-inspector.js';
export { type RecordedRuntime, recordRuntime } from './record-runtime.js';
export type { RequestRow } from './request-log.js';
export type { RuntimeRecorder } from './runtime-recorder.js';
export { SimulatedFaults } from './simulated-faults.js';
