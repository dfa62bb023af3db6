import type { Digest, JsonObject, VariantAxis } from '@lading/manifest';

/** One archive attached to the runtime under a name. */
export interface Mount {
  readonly name: string;
  /** 0 or more for content, -10 for the base. The higher one wins; of equals the later one. */
  readonly priority: number;
  /** Order of mounting; never used twice. */
  readonly sequence: number;
  /** Digest of the archive where it is known (signed releases). */
  readonly digest?: Digest | undefined;
  readonly release?: string | undefined;
  /** Which variant of its paths it holds (`resolution=low`). Default: it has no variants. */
  readonly variant?: string | undefined;
  /** It serves neither code nor protected paths. */
  readonly dataOnly?: boolean | undefined;
  /** `local`: every byte is in the store, in memory or on disk. `remote`: read by ranges. */
  readonly state: 'local' | 'remote';
  readonly entries: number;
  readonly sizeBytes: number;
  readonly meta?: JsonObject | undefined;
}

/** Where a path is found. */
export interface Resolution {
  readonly path: string;
  /** The mount that serves it; `undefined` where none has it. */
  readonly mount: Mount | undefined;
  readonly entry: ResolvedEntry | undefined;
  /** Mounts that have the path too but lose, best first. */
  readonly shadowed: readonly Mount[];
  readonly state: 'local' | 'remote' | 'missing';
}

/** The member behind a path. */
export interface ResolvedEntry {
  readonly member: string;
  /** Size of what `read` returns, in bytes. */
  readonly sizeBytes: number;
  /** Size of the member as stored. */
  readonly storedSizeBytes: number;
  /** Digest of the stored bytes where the archive states one. */
  readonly digest?: Digest | undefined;
}

/** What a root still needs, known ahead of any download. */
export interface Missing {
  readonly root: string;
  /** Members of the archives that are not local. */
  readonly resources: number;
  readonly archives: readonly string[];
  /** Bytes that `ensure` will download at most: members of other archives that are here make it less. */
  readonly bytes: number;
  readonly requests: number;
}

/** Progress of {@link Runtime.ensure}: monotonic, ends at exactly the planned bytes. */
export interface Progress {
  readonly root: string;
  readonly receivedBytes: number;
  readonly totalBytes: number;
  readonly archive: string;
}

/** One way in which content differs, and what the app gets of it. */
export interface RuntimeVariant extends VariantAxis {
  /** The wanted values, best first. */
  readonly chosen: readonly string[];
}
