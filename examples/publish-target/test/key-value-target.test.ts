import { publishTargetConformance, runSuite } from '@lading/conformance';
import { type PublishTarget, patientTarget } from '@lading/publisher';
import { describe, expect, it } from 'vitest';
import { keyValueTarget } from '../src/key-value-target.js';
import { memoryStore } from './memory-store.js';

const stores = new WeakMap<PublishTarget, ReturnType<typeof memoryStore>>();

function open(store: ReturnType<typeof memoryStore> = memoryStore()): PublishTarget {
  const target = keyValueTarget(store);
  stores.set(target, store);
  return target;
}

/** Parts that no object has. */
function leftParts(target: PublishTarget): string[] {
  const values = stores.get(target)?.values ?? new Map<string, { value: Uint8Array }>();
  const heads = [...values].filter(([key]) => key.startsWith('head/'));
  const ids = heads.map(([, { value }]) => (JSON.parse(new TextDecoder().decode(value)) as { id: string }).id);
  return [...values.keys()].filter((key) => key.startsWith('part/') && !ids.some((id) => key.includes(id)));
}

const suite = publishTargetConformance({
  create: async () => open(),
  reopen: async (target) => open(stores.get(target)),
  async destroy(target) {
    expect(leftParts(target), 'no part is left that nothing names').toEqual([]);
  },
  async storedMeta(target, key) {
    const found = stores.get(target)?.values.get(`head/${key}`);
    return found && JSON.parse(new TextDecoder().decode(found.value));
  },
});
runSuite(suite, { describe, it });

describe('with the patience of @lading/publisher around it', () => {
  runSuite(publishTargetConformance({ create: async () => patientTarget(open()) }), { describe, it });
});
