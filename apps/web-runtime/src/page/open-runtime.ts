import {
  type InspectedServing,
  inspect,
  type RecordedRuntime,
  recordRuntime,
  SimulatedFaults,
} from '@lading/inspector';
import { createRuntime, memoryStore, type RuntimeEvent } from '@lading/mount';
import type { GalleryConfig } from './gallery-config.js';

/** A runtime, and the way to look into it. */
export interface OpenedRuntime {
  readonly runtime: RecordedRuntime;
  /** Goes through the inspector's switches for network and faults. */
  readonly fetch: typeof fetch;
  readonly openInspector: () => void;
}

/** How the page reads content: only through the runtime's own calls. */
const SERVING: InspectedServing = {
  tier: 'explicit API',
  reasons: ['This page reads everything through the runtime.'],
};

/** Opens the runtime of the page. */
export async function openRuntime(
  config: GalleryConfig,
  countingFetch: typeof fetch,
  onEvent: (event: RuntimeEvent) => void,
): Promise<OpenedRuntime> {
  const faults = new SimulatedFaults(countingFetch);
  const store = faults.wrapStore(memoryStore());
  const runtime = recordRuntime(
    await createRuntime({
      store,
      fetch: faults.fetch,
      keys: config.pinnedRoot,
      channel: config.channel,
      variants: { resolution: ['low', 'high'] },
      onEvent,
    }),
  );
  const inspector = inspect(runtime, { store, faults, serving: SERVING });
  return { runtime, fetch: faults.fetch, openInspector: () => inspector.toggle(true) };
}
