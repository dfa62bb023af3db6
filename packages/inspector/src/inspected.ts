import type { MountStore } from '@lading/mount/client';
import type { RecordedRuntime } from './record-runtime.js';
import type { SimulatedFaults } from './simulated-faults.js';

/** Which tier answers the page's own requests, and why it is that one. */
export interface InspectedServing {
  readonly tier: string;
  readonly reasons?: readonly (string | ReasonLike)[] | undefined;
}

/** A reason with words of its own: an error, or a finding. */
interface ReasonLike {
  readonly code?: string | undefined;
  readonly message?: string | undefined;
  readonly hint?: string | undefined;
}

/** What panels look at. */
export interface Inspected {
  readonly runtime: RecordedRuntime;
  readonly serving: (() => InspectedServing | undefined) | undefined;
  readonly store: MountStore | undefined;
  readonly faults: SimulatedFaults | undefined;
}
