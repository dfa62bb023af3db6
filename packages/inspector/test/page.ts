import { createRuntime, memoryStore } from '@lading/mount/client';
import { inspect, recordRuntime, SimulatedFaults } from '../src/index.js';

/** The page of the tests: a runtime, recorded and inspected. What tests do to it goes through `window.game`. */
const faults = new SimulatedFaults();
const store = faults.wrapStore(memoryStore());
const keys = new Uint8Array(await (await fetch('root.1.json')).arrayBuffer());
const channel = new URL('channels/stable.json', document.baseURI).href;
const runtime = recordRuntime(
  await createRuntime({ store, fetch: faults.fetch, channel, keys, attempts: 1, retryDelayMs: 1 }),
);
const inspector = inspect(runtime, { store, faults, isPage: location.hash === '#page' });

Object.assign(globalThis, { game: { runtime, inspector } });
document.documentElement.dataset.state = 'ready';
