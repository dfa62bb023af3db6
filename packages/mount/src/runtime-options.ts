import { loadPart, type VariantChoice } from '@lading/manifest/client';
import type { ContentOrigin } from './content-origin.js';
import { httpOrigin } from './http-origin.js';
import { MountError } from './mount-error.js';
import type { MountStore } from './mount-store.js';
import type { DecodeDefoldPayload, MountedContent } from './mounted-content.js';
import type { PathPredicate } from './path-pattern.js';
import type { RuntimeEvent } from './runtime-events.js';
import { nameOfUrl } from './source-name.js';
import type { TrustOptions } from './trust-state.js';
import { type ArchiveCodecs, WEB_CODECS } from './zip/codecs.js';

/** Options of `createRuntime`. */
export interface RuntimeOptions {
  /** Where archives and records are kept: `nodeStore(dir)`, `memoryStore()`. The caller closes it. */
  readonly store: MountStore;
  /**
   * URL of the channel document (`https://cdn.example.com/game/channels/stable.json`); everything else is read from the
   * same prefix. With `origin`: the channel's name. Default, with `origin`: `stable`.
   */
  readonly channel?: string | undefined;
  /** Other URL prefixes with the same layout, asked where the one of `channel` fails: `https://bucket.example.com/game/`. Default none. */
  readonly mirrors?: readonly string[] | undefined;
  /** Where the layout is read from. Default: over HTTP, from the prefix of `channel`. */
  readonly origin?: ContentOrigin | undefined;
  /** The `fetch` for HTTP. Default: the global one. */
  readonly fetch?: typeof fetch | undefined;
  /** The pinned root; needed with `channel` or `origin`. See {@link TrustOptions.keys}. */
  readonly keys?: TrustOptions['keys'] | undefined;
  /** The project that documents must name. Default: any that the keys sign for. */
  readonly project?: string | undefined;
  /** Sequences that the app was shipped with. Default none. */
  readonly floor?: TrustOptions['floor'];
  /** The app's version, checked against the release's range. Default: not checked. */
  readonly app?: string | undefined;
  /** The engine's version, checked against the release's list. Default: not checked. */
  readonly engine?: string | undefined;
  /**
   * What the app was built with: `folderContent(dir)`, `memoryContent(files)`. It serves what no mount has, needs no network and no
   * store, and is there whatever becomes of the mounts: `mounts()` lists it as `_base` with priority -10. The runtime closes it.
   */
  readonly base?: MountedContent | undefined;
  /** Paths that mounts with `dataOnly` must not serve: `/settings.json`, `/core/**`. Default none beside code. */
  readonly protect?: readonly string[] | undefined;
  /** Which variants are wanted: `{ resolution: ['high', 'low'], locale: 'de' }`, best first. Default: the first value of each axis. */
  readonly variants?: VariantChoice | undefined;
  /** What names this install in staged rollouts. Default: a random id that is kept in the store. */
  readonly installId?: string | undefined;
  /**
   * Releases have to prove themselves: what `ensure` mounts of a new one is on probation until the app calls `markReady()`. Where it
   * does not come to that, the next start has the last good mounts again, and the release is not mounted any more. Default: no
   * probation; an app that asks for it must call `markReady()`.
   */
  readonly probation?: boolean | ProbationOptions | undefined;
  /** `stored` starts without a refresh: offline first; call `refresh()` when it suits. Default `refresh`. */
  readonly start?: 'refresh' | 'stored' | undefined;
  /** The clock. Default: the system's. */
  readonly now?: (() => Date) | undefined;
  /** Archives that are downloaded at a time. Default 4. */
  readonly concurrency?: number | undefined;
  /** Tries in a row that bring less than 16 KiB before a download fails. Default 4. */
  readonly attempts?: number | undefined;
  /** Pause before the second try, in milliseconds; doubles each time. Default 250. */
  readonly retryDelayMs?: number | undefined;
  /** Decodes payloads of Defold archives. Default: `decodeResourcePayload` of `@lading/manifest` (LZ4, XTEA). */
  readonly decodeDefoldPayload?: DecodeDefoldPayload | undefined;
  /** SHA-256, inflate and CRC-32. Default {@link WEB_CODECS}; `nodeCodecs` is faster in Node. */
  readonly codecs?: ArchiveCodecs | undefined;
  /** Sees every event from the start on; `on` starts later. */
  readonly onEvent?: ((event: RuntimeEvent) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** How long and how often a new release may try. */
export interface ProbationOptions {
  /** Starts of the app without `markReady()` until a release is given up, the one that mounted it included. Default 2. */
  readonly maxStarts?: number | undefined;
  /** A release that is not marked ready so long after it was mounted, or after a start with it, is given up, in milliseconds. Default: it may take its time. */
  readonly timeoutMs?: number | undefined;
}

/** Defaults of {@link RuntimeOptions}. */
export const RUNTIME_DEFAULTS: {
  readonly channel: string;
  readonly concurrency: number;
  readonly attempts: number;
  readonly retryDelayMs: number;
} = { channel: 'stable', concurrency: 4, attempts: 4, retryDelayMs: 250 };

/** Options with defaults filled in. @internal */
export interface ResolvedRuntimeOptions {
  readonly store: MountStore;
  readonly origin: ContentOrigin | undefined;
  /** `undefined`: no channel, only local mounts. */
  readonly trust: TrustOptions | undefined;
  readonly app: string | undefined;
  readonly engine: string | undefined;
  readonly base: MountedContent | undefined;
  readonly isProtected: PathPredicate | undefined;
  readonly variants: VariantChoice;
  readonly installId: string | undefined;
  readonly probation: { readonly maxStarts: number; readonly timeoutMs: number | undefined } | undefined;
  readonly start: 'refresh' | 'stored';
  readonly now: () => Date;
  readonly concurrency: number;
  readonly attempts: number;
  readonly retryDelayMs: number;
  readonly decode: DecodeDefoldPayload | undefined;
  readonly codecs: ArchiveCodecs;
  readonly onEvent: ((event: RuntimeEvent) => void) | undefined;
}

/** Checks options and fills in defaults, before anything happens. @throws MountError `ERR_RUNTIME_OPTIONS` @internal */
export async function resolveRuntimeOptions(options: RuntimeOptions): Promise<ResolvedRuntimeOptions> {
  const place = await channelPlace(options);
  return {
    store: options.store,
    origin: place?.origin,
    trust: place === undefined ? undefined : trustOptions(options, place.channel),
    app: options.app,
    engine: options.engine,
    base: options.base,
    isProtected: options.protect && (await patternsOf(options.protect)),
    variants: options.variants ?? {},
    installId: options.installId,
    probation: probationOptions(options.probation),
    start: options.start ?? 'refresh',
    now: options.now ?? (() => new Date()),
    concurrency: positive('concurrency', options.concurrency ?? RUNTIME_DEFAULTS.concurrency),
    attempts: positive('attempts', options.attempts ?? RUNTIME_DEFAULTS.attempts),
    retryDelayMs: options.retryDelayMs ?? RUNTIME_DEFAULTS.retryDelayMs,
    decode: options.decodeDefoldPayload,
    codecs: options.codecs ?? WEB_CODECS,
    onEvent: options.onEvent,
  };
}

async function patternsOf(patterns: readonly string[]): Promise<PathPredicate> {
  const { compilePatterns } = await loadPart(() => import('./path-pattern.js'));
  return compilePatterns(patterns);
}

function probationOptions(probation: RuntimeOptions['probation']): ResolvedRuntimeOptions['probation'] {
  if (probation === undefined || probation === false) return undefined;
  const { maxStarts = 2, timeoutMs } = probation === true ? {} : probation;
  return {
    maxStarts: positive('probation.maxStarts', maxStarts),
    timeoutMs: timeoutMs === undefined ? undefined : positive('probation.timeoutMs', timeoutMs),
  };
}

function trustOptions(options: RuntimeOptions, channel: string): TrustOptions {
  const { keys, project, floor } = options;
  if (keys !== undefined) return { keys, channel, project, floor };
  throw optionError('keys', 'is missing: a channel is only read with the root that the app was shipped with');
}

async function channelPlace(
  options: RuntimeOptions,
): Promise<{ readonly origin: ContentOrigin; readonly channel: string } | undefined> {
  const { channel, origin } = options;
  if (origin !== undefined) return { origin, channel: channel ?? RUNTIME_DEFAULTS.channel };
  if (channel === undefined) return undefined;
  const match = /^(https?:\/\/.*\/)channels\/([a-z0-9][a-z0-9._-]{0,63})\.json$/.exec(channel);
  const [, prefix, name] = match ?? [];
  if (prefix === undefined || name === undefined) {
    throw optionError('channel', `${nameOfUrl(channel)} is no URL that ends in channels/<name>.json`);
  }
  const prefixes = [prefix, ...(options.mirrors ?? [])];
  return { origin: await originOf(prefixes.map((one) => httpOrigin(one, { fetch: options.fetch }))), channel: name };
}

async function originOf(origins: readonly ContentOrigin[]): Promise<ContentOrigin> {
  const [only, ...mirrors] = origins;
  if (only !== undefined && mirrors.length === 0) return only;
  const { mirroredOrigin } = await loadPart(() => import('./mirrored-origin.js'));
  return mirroredOrigin(origins);
}

function positive(option: string, value: number): number {
  if (Number.isInteger(value) && value > 0) return value;
  throw optionError(option, `must be a whole number above 0, is ${value}`);
}

/** Says that an option of `createRuntime` or of one of its calls makes no sense. */
export function optionError(option: string, problem: string): MountError {
  return new MountError('ERR_RUNTIME_OPTIONS', `Option ${option} ${problem}`, { details: { option, problem } });
}
