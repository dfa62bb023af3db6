/** Objects that an examination writes and removes. */
export interface ProbeObjects {
  /** Served as archives are; where it cannot be removed, the next garbage collections do it. */
  readonly archive: string;
  /** Stands where channels are, under a name that none has: nobody takes it for one. */
  readonly channel: string;
}

/** What is in the probes: long enough for ranges, and such that proxies which compress anything compress it. */
export const PROBE_BYTES: Uint8Array = new TextEncoder().encode(
  'lading doctor was here; this may be deleted.\n'.repeat(64),
);

/** Keys of the probes of one examination. */
export function probeObjects(id: string): ProbeObjects {
  return { archive: `archives/lading-doctor-${id}.0000000000000000.zip`, channel: `channels/lading-doctor-${id}.bin` };
}
