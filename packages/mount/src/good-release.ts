import type { Digest, JsonObject } from '@lading/manifest';
import type { RecordTransaction } from './mount-store.js';
import { digest, objectOf } from './trust-records.js';

/** Records of probation. */
export const PROBATION_RECORDS = {
  /** The last mount set that was marked ready; absent: what the app was built with. */
  good: 'probation/good',
  trial: 'probation/trial',
  blocked: 'probation/blocked',
} as const;

/** The release that a failed trial goes back to. */
export function goodRelease(records: Pick<RecordTransaction, 'get'>): Digest | undefined {
  const good = objectOf(records.get(PROBATION_RECORDS.good), PROBATION_RECORDS.good);
  const active = objectOf(good?.active ?? undefined, PROBATION_RECORDS.good) as JsonObject | undefined;
  return active && digest(active, 'digest');
}
