import type { MountStore } from '@lading/mount/client';
import type { InspectedServing } from './inspected.js';
import { LadingInspector } from './lading-inspector.js';
import type { RecordedRuntime } from './record-runtime.js';
import type { SimulatedFaults } from './simulated-faults.js';

/** What {@link inspect} shows beside the runtime. */
export interface InspectOptions {
  /** The runtime's store, for the panel *Storage*. Default: that panel knows only what the browser says. */
  readonly store?: MountStore | undefined;
  /** Which tier serves the page. Default: the runtime's own `serving`, where it has one. */
  readonly serving?: InspectedServing | undefined;
  /** Faults that the panel *Storage* can switch on. Default: none. */
  readonly faults?: SimulatedFaults | undefined;
  /** Where the element goes. Default: the end of the page's body. */
  readonly parent?: Element | undefined;
  /** True: open at once and as large as its parent, for a page of its own. Default false: a button in the corner opens it. */
  readonly isPage?: boolean | undefined;
}

/**
 * Puts the inspector on the page. Meant for development and for support: load it with `import()`, so that players never do.
 * Ctrl+Shift+L opens and closes it; `remove()` of the element takes it away.
 *
 * @example
 * const { inspect, recordRuntime } = await import('@lading/inspector');
 * const runtime = recordRuntime(await createRuntime({ store, channel, keys }));
 * inspect(runtime, { store });
 */
export function inspect(runtime: RecordedRuntime, options: InspectOptions = {}): LadingInspector {
  const { store, faults, parent = document.body, isPage = false } = options;
  if (customElements.get(LadingInspector.TAG) === undefined)
    customElements.define(LadingInspector.TAG, LadingInspector);
  const serving = (): InspectedServing | undefined => options.serving ?? servingOf(runtime);
  const inspector = document.createElement(LadingInspector.TAG) as LadingInspector;
  inspector.show({ runtime, serving, store, faults }, isPage);
  parent.append(inspector);
  return inspector;
}

function servingOf(runtime: RecordedRuntime & { readonly serving?: InspectedServing }): InspectedServing | undefined {
  return runtime.serving;
}
