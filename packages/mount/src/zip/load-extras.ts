import { loadPart } from '@lading/manifest/client';

/** Reads the extra fields `[from, to)` of a header and says where the data of the zip64 field stands, if there is one. */
export type ReadExtras = (
  bytes: Uint8Array,
  from: number,
  to: number,
  name: Uint8Array,
  fail: (what: string) => never,
) => readonly [number, number] | undefined;

/** What reads extra fields: Lading's own archives have none, unless they are very big. */
export async function loadExtras(): Promise<ReadExtras> {
  const { readExtras } = await loadPart(() => import('./extra-fields.js'));
  return readExtras;
}
