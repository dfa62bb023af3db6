import { bytesToHex } from '@lading/manifest/client';
import type { ResolvedRuntimeOptions } from './runtime-options.js';

const RECORD = 'install';

/** What names this install in staged rollouts: given by the app, or random and kept in the store. It is never sent anywhere. */
export async function installIdOf(options: ResolvedRuntimeOptions, signal: AbortSignal | undefined): Promise<string> {
  const { installId, store } = options;
  if (installId !== undefined) return installId;
  const stored = await store.record(RECORD, { signal });
  if (typeof stored === 'string') return stored;
  const fresh = bytesToHex(crypto.getRandomValues(new Uint8Array(16)));
  return store.transaction(
    (records) => {
      const other = records.get(RECORD); // Another process may have been faster.
      if (typeof other === 'string') return other;
      records.set(RECORD, fresh);
      return fresh;
    },
    { signal },
  );
}
