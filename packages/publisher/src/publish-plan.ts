import type { Channel, Digest, JsonObject } from '@lading/manifest';
import type { PutCondition } from './publish-target.js';

/** One object of a publish. */
export interface PlannedObject {
  readonly kind: 'archive' | 'release' | 'root';
  readonly key: string;
  readonly sizeBytes: number;
  /** Digest of an archive's bytes. */
  readonly digest?: Digest | undefined;
}

/** What happens to the channel: it is made, points at another release, lives longer, or is left alone. */
export type ChannelAction = 'create' | 'advance' | 'refresh' | 'keep';

/** How many calls of the target `applyPublish` makes when nothing fails and no garbage waits there; a large upload counts once. */
export interface PlannedCalls {
  readonly list: number;
  readonly head: number;
  readonly get: number;
  readonly put: number;
}

/** What a publish will do. Plain data: the CLI prints it for `--dry-run`. */
export interface PublishPlan {
  readonly release: {
    readonly project: string;
    readonly version: string;
    readonly sequence: number;
    readonly key: string;
    readonly digest: Digest;
    readonly sizeBytes: number;
    /** The sequence that it had before; see {@link numberRelease}. */
    readonly renumberedFrom?: number | undefined;
  };
  /** What is new, in the order of upload: archives, then the release, then roots. */
  readonly uploads: readonly PlannedObject[];
  /** What the release needs and the target has. */
  readonly present: readonly PlannedObject[];
  readonly uploadBytes: number;
  readonly presentBytes: number;
  /**
   * Root on which is tried, before the first upload, whether the target lets us write and keeps conditions: one that is
   * there, or, where there is none at all, the oldest of ours. Absent where the target has only roots that we do not know.
   */
  readonly probe?: { readonly key: string; readonly isNew: boolean } | undefined;
  /** Nothing to upload and the channel is left alone. */
  readonly isUpToDate: boolean;
  readonly channel: {
    readonly name: string;
    readonly action: ChannelAction;
    readonly key: string;
    /** The document to sign and write last; for `keep` the one that is there. */
    readonly document: Channel;
    /** The version that is written over. */
    readonly condition: PutCondition;
    /** The document that is replaced, kept under this key before: what was public stays known. Absent: none is replaced. */
    readonly history?: { readonly key: string; readonly bytes: Uint8Array } | undefined;
    /** What the channel points at now. */
    readonly from?:
      | { readonly sequence: number; readonly releaseSequence: number; readonly releaseDigest: Digest }
      | undefined;
  };
  readonly calls: PlannedCalls;
}

/** A plan as plain JSON, for `--json`. */
export function publishPlanJson(plan: PublishPlan): JsonObject {
  const { history, ...channel } = plan.channel;
  const kept = history === undefined ? {} : { history: { key: history.key, sizeBytes: history.bytes.length } };
  return JSON.parse(JSON.stringify({ ...plan, channel: { ...channel, ...kept } })) as JsonObject;
}
