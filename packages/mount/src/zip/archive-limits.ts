/** Upper bounds of an archive; all are checked before anything of that size is allocated. */
export interface ArchiveLimits {
  /** Entries, folders included. Default 1,048,576. */
  readonly maxEntries?: number | undefined;
  /** Bytes of one name in UTF-8. Default 4,096. */
  readonly maxNameBytes?: number | undefined;
  /** Bytes of the central directory. Default 256 MiB. */
  readonly maxDirectoryBytes?: number | undefined;
  /** Bytes of one entry, stored and inflated. Default 1 GiB. */
  readonly maxEntryBytes?: number | undefined;
  /** Bytes of all entries together, inflated. Default 64 GiB. */
  readonly maxTotalBytes?: number | undefined;
}

/** The defaults of {@link ArchiveLimits}. */
export const ARCHIVE_LIMITS_DEFAULTS: Required<{ [Key in keyof ArchiveLimits]: number }> = {
  maxEntries: 2 ** 20,
  maxNameBytes: 4_096,
  maxDirectoryBytes: 256 * 2 ** 20,
  maxEntryBytes: 2 ** 30,
  maxTotalBytes: 64 * 2 ** 30,
};

/** {@link ArchiveLimits} with every field. @internal */
export type ResolvedLimits = typeof ARCHIVE_LIMITS_DEFAULTS;

/** Fills in the defaults. @internal */
export function resolveLimits(limits: ArchiveLimits = {}): ResolvedLimits {
  const d = ARCHIVE_LIMITS_DEFAULTS;
  return {
    maxEntries: limits.maxEntries ?? d.maxEntries,
    maxNameBytes: limits.maxNameBytes ?? d.maxNameBytes,
    maxDirectoryBytes: limits.maxDirectoryBytes ?? d.maxDirectoryBytes,
    maxEntryBytes: limits.maxEntryBytes ?? d.maxEntryBytes,
    maxTotalBytes: limits.maxTotalBytes ?? d.maxTotalBytes,
  };
}
