import { type Channel, channelKey, type Digest, historyKey, type Problem, releaseKey, rootKey } from '@lading/manifest';
import { nextSequence } from './number-release.js';
import { PublishError } from './publish-error.js';
import type { ChannelAction, PlannedObject, PublishPlan } from './publish-plan.js';
import { newestRoot, type ReleaseSource } from './release-source.js';
import { incompleteError } from './target-errors.js';
import type { CurrentChannel, TargetState } from './target-state.js';

/** Options of {@link planPublish}. */
export interface PlanPublishOptions {
  /** Name of the channel. */
  readonly channel: string;
  /** The caller's clock. */
  readonly now: Date;
  /** Until when clients may adopt the release from this channel document. */
  readonly expiresAt: Date;
  /**
   * A channel that already points at the release is signed anew when it expires before this. Default: half-way between
   * `now` and `expiresAt`, so that a job which publishes regularly renews it when less than half of its life is left.
   */
  readonly refreshBefore?: Date | undefined;
  /** Share of installs, in percent, that adopt the release. Default: all. */
  readonly rollout?: number | undefined;
  /** Digests of releases that clients must not use any more; what was revoked before stays so. Default: none more. */
  readonly revoke?: readonly Digest[] | undefined;
  /** The least sequence for the channel document, for a channel that was lost. Default: the current one + 1, or 1. */
  readonly minSequence?: number | undefined;
  /**
   * The document that the channel gets, where it is decided elsewhere: that of another region. `digest` where it is signed
   * already; a channel that is this document is left alone. Default: the next one of this target.
   */
  readonly follow?: { readonly document: Channel; readonly digest?: Digest | undefined } | undefined;
  /** The target reads back digests with `head`; see {@link TargetCapabilities}. Default false. */
  readonly digests?: boolean | undefined;
}

/**
 * Plans a publish: what is new, what is there, and what happens to the channel. Pure: equal input, equal plan.
 *
 * @param source - The release, numbered for this target by {@link numberRelease}.
 * @param state - What the target has, from {@link readTargetState}.
 * @throws PublishError `ERR_PUBLISH_IMMUTABLE` where an archive is there with another size, all of them in
 * `details.problems`; `ERR_PUBLISH_TRUST` where the newest root has expired or the channel has revoked the release;
 * `ERR_PUBLISH_INCOMPLETE` where archives are missing that the source does not have;
 * `ERR_PUBLISH_SEQUENCE` where the release is not above the current one; `ERR_PUBLISH_SOURCE` where `expiresAt` is past.
 */
export function planPublish(source: ReleaseSource, state: TargetState, options: PlanPublishOptions): PublishPlan {
  assertTimes(source, options);
  assertPublishable(source, state.channel, options.revoke);
  assertSizes(source, state);
  const objects = objectsOf(source);
  const uploads = objects.filter(({ key }) => !state.objects.has(key));
  const present = objects.filter(({ key }) => state.objects.has(key));
  assertOpenable(source, uploads);
  const action = channelAction(source, state.channel, options);
  const isUpToDate = uploads.length === 0 && action === 'keep';
  const probe = probeOf(source, state);
  return {
    release: {
      project: source.release.project,
      version: source.release.version,
      sequence: source.release.sequence,
      key: releaseKey(source.digest),
      digest: source.digest,
      sizeBytes: source.sizeBytes,
      ...(source.renumberedFrom === undefined ? {} : { renumberedFrom: source.renumberedFrom }),
    },
    uploads,
    present,
    uploadBytes: sumBytes(uploads),
    presentBytes: sumBytes(present),
    ...(probe === undefined ? {} : { probe }),
    isUpToDate,
    channel: channelOf(source, state.channel, action, options),
    calls: isUpToDate
      ? { list: 0, head: 0, get: 0, put: 0 }
      : callsOf(source, uploads, channelWrites(state.channel, action) + (probe === undefined ? 0 : 1), options),
  };
}

/** Everything that the release needs, in the order in which it must be there. */
function objectsOf({ release, bytes, digest, roots }: ReleaseSource): PlannedObject[] {
  const archives = release.archives.map(
    (archive): PlannedObject => ({
      kind: 'archive',
      key: archive.key,
      sizeBytes: archive.sizeBytes,
      digest: archive.digest,
    }),
  );
  const document: PlannedObject = { kind: 'release', key: releaseKey(digest), sizeBytes: bytes.length };
  const chain = roots.map(
    ({ root, bytes: envelope }): PlannedObject => ({
      kind: 'root',
      key: rootKey(root.version),
      sizeBytes: envelope.length,
    }),
  );
  return [...archives, document, ...chain];
}

function assertOpenable({ hasArchives = true }: ReleaseSource, uploads: readonly PlannedObject[]): void {
  const missing = uploads.filter(({ kind }) => kind === 'archive');
  if (!hasArchives && missing.length > 0) throw incompleteError(missing.map(({ key }) => key));
}

function probeOf({ roots }: ReleaseSource, { objects }: TargetState): PublishPlan['probe'] {
  const known = roots.find(({ root }) => objects.has(rootKey(root.version)));
  if (known !== undefined) return { key: rootKey(known.root.version), isNew: false };
  const hasRoots = [...objects.keys()].some((key) => key.startsWith('root/'));
  return hasRoots ? undefined : { key: rootKey(roots[0].root.version), isNew: true };
}

function channelAction(
  source: ReleaseSource,
  current: CurrentChannel | undefined,
  options: PlanPublishOptions,
): ChannelAction {
  if (current === undefined) return 'create';
  if (options.follow?.digest === current.digest) return 'keep';
  if (current.channel.release.digest !== source.digest) return 'advance';
  if (options.follow !== undefined) return 'refresh';
  const newest = newestRoot(source.roots).root.version;
  const isOldSigned = current.signedUnder < newest || current.channel.root < newest;
  const isShort = Date.parse(current.channel.expiresAt) < refreshTime(options);
  const isOtherRollout = options.rollout !== undefined && options.rollout !== (current.channel.rollout ?? 100);
  const isNewlyRevoked = revokedAfter(current, options.revoke).length > revokedAfter(current, undefined).length;
  return isOldSigned || isShort || isOtherRollout || isNewlyRevoked ? 'refresh' : 'keep';
}

/** What was revoked stays revoked. */
function revokedAfter(current: CurrentChannel | undefined, revoke: readonly Digest[] | undefined): readonly Digest[] {
  return [...new Set([...(current?.channel.revoked ?? []), ...(revoke ?? [])])].sort();
}

function refreshTime({ now, expiresAt, refreshBefore }: PlanPublishOptions): number {
  return refreshBefore?.getTime() ?? (now.getTime() + expiresAt.getTime()) / 2;
}

function channelOf(
  source: ReleaseSource,
  current: CurrentChannel | undefined,
  action: ChannelAction,
  options: PlanPublishOptions,
): PublishPlan['channel'] {
  const { sequence, release } = current?.channel ?? {};
  return {
    name: options.channel,
    action,
    key: channelKey(options.channel),
    document:
      current !== undefined && action === 'keep' ? current.channel : nextDocument(source, current, action, options),
    condition: current === undefined ? { ifNoneMatch: '*' } : { ifMatch: current.etag },
    ...(current === undefined || action === 'keep' ? {} : { history: historyOf(current) }),
    ...(sequence === undefined || release === undefined
      ? {}
      : { from: { sequence, releaseSequence: release.sequence, releaseDigest: release.digest } }),
  };
}

function historyOf({ channel, digest, bytes }: CurrentChannel): NonNullable<PublishPlan['channel']['history']> {
  return { key: historyKey(channel.name, channel.sequence, digest), bytes };
}

/** A refresh keeps the rollout. */
function nextDocument(
  source: ReleaseSource,
  current: CurrentChannel | undefined,
  action: ChannelAction,
  options: PlanPublishOptions,
): Channel {
  if (options.follow !== undefined) return options.follow.document;
  const { digest, sizeBytes, release } = source;
  const rollout = options.rollout ?? (action === 'refresh' ? current?.channel.rollout : undefined);
  const revoked = revokedAfter(current, options.revoke);
  return {
    format: 'lading.channel/1',
    project: release.project,
    name: options.channel,
    sequence: Math.max(nextSequence(current?.channel.sequence ?? 0), options.minSequence ?? 1),
    expiresAt: options.expiresAt.toISOString().replace(/\.\d+Z$/, 'Z'),
    root: newestRoot(source.roots).root.version,
    release: { key: releaseKey(digest), digest, sizeBytes, sequence: release.sequence },
    ...(rollout === undefined || rollout === 100 ? {} : { rollout }),
    ...(revoked.length === 0 ? {} : { revoked }),
  };
}

/** The channel itself, and the document that it replaces. */
function channelWrites(current: CurrentChannel | undefined, action: ChannelAction): number {
  if (action === 'keep') return 0;
  return current === undefined ? 1 : 2;
}

function callsOf(
  source: ReleaseSource,
  uploads: readonly PlannedObject[],
  otherPuts: number,
  options: PlanPublishOptions,
): PublishPlan['calls'] {
  return {
    list: 2,
    head: options.digests === true ? source.release.archives.length : 0,
    get: 1,
    put: uploads.length + otherPuts,
  };
}

function assertTimes(source: ReleaseSource, { now, expiresAt }: PlanPublishOptions): void {
  const { root } = newestRoot(source.roots);
  if (!(expiresAt.getTime() > now.getTime())) {
    throw new PublishError('ERR_PUBLISH_SOURCE', 'The channel would be expired at once: expiresAt is not after now', {
      details: { now: String(now.getTime()), expiresAt: String(expiresAt.getTime()) },
    });
  }
  if (Date.parse(root.expiresAt) > now.getTime()) return;
  throw new PublishError(
    'ERR_PUBLISH_TRUST',
    `Root ${root.version} expired at ${root.expiresAt}: no client would adopt`,
    {
      details: { version: root.version, expiresAt: root.expiresAt },
      hint: 'Sign the next root with the root key: lading keys rotate.',
    },
  );
}

function assertPublishable(
  source: ReleaseSource,
  current: CurrentChannel | undefined,
  revoke: readonly Digest[] | undefined,
): void {
  if (revokedAfter(current, revoke).includes(source.digest)) {
    throw new PublishError('ERR_PUBLISH_TRUST', `The channel has revoked release ${source.digest}`, {
      details: { digest: source.digest },
      hint: 'Split again: a release with another version or sequence has another digest.',
    });
  }
  if (current === undefined) return;
  const { release } = current.channel;
  if (release.digest === source.digest || source.release.sequence > release.sequence) return;
  throw new PublishError(
    'ERR_PUBLISH_SEQUENCE',
    `Release has sequence ${source.release.sequence}, not above ${release.sequence}`,
    {
      details: { actual: source.release.sequence, expected: release.sequence + 1 },
      hint: 'Number the release first: numberRelease.',
    },
  );
}

/** Sizes of signed documents may differ by their signatures; those are read back and verified instead. */
function assertSizes(source: ReleaseSource, state: TargetState): void {
  const problems: Problem[] = [];
  for (const { key, sizeBytes } of source.release.archives) {
    const there = state.objects.get(key);
    if (there === undefined || there.sizeBytes === sizeBytes) continue;
    problems.push({ path: key, problem: `has ${there.sizeBytes} bytes on the target, expected ${sizeBytes}` });
  }
  if (problems.length > 0) throw immutableError(problems);
}

/** The error of objects that stand under the right key with the wrong content. Never written over, never accepted. */
export function immutableError(problems: readonly Problem[]): PublishError {
  const [first] = problems;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  return new PublishError('ERR_PUBLISH_IMMUTABLE', `"${first?.path}" ${first?.problem}${more}`, {
    details: { problems: problems.map(({ path, problem }) => ({ path, problem })) },
    hint: 'Something else wrote there. lading publish --repair uploads them again.',
  });
}

function sumBytes(objects: readonly PlannedObject[]): number {
  return objects.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}
