/** A bucket layout by key. */
export type Files = Readonly<Record<string, Uint8Array>>;

/** What the network shows: a layout in memory, several mirrors of which some fail, or a server. */
export type Network =
  | { readonly files: Files }
  | { readonly mirrors: readonly (Files | 'down')[] }
  | { readonly url: string; readonly patienceMs?: number | undefined };

/** One thing that the app asks of its runtime once it has looked for news. */
export type Ask =
  | { readonly ensure: string }
  /** Mounts an archive of the release by ranges, under its own name. */
  | { readonly mount: string }
  /** Reads a path; other text than `gives` is no success. */
  | { readonly read: string; readonly gives: string };

/** What an app was built with. */
export interface Install {
  /** The signed root that it pins. */
  readonly keys: Uint8Array;
  readonly project?: string | undefined;
  readonly floor?: { readonly sequence: number; readonly releaseSequence?: number | undefined } | undefined;
  readonly app?: string | undefined;
  readonly engine?: string | undefined;
}

/** One look of an app at the network, and what it does then. */
export interface Visit {
  readonly network: Network;
  /** Default: a new process over the store of the last visit. `goes on`: the same process looks again; `wiped`: a new one, with an empty store. */
  readonly start?: 'again' | 'goes on' | 'wiped' | undefined;
  /** The clock, RFC 3339. Default {@link TODAY}. */
  readonly now?: string | undefined;
  readonly asks: readonly Ask[];
  /** What the store's files hold by now, by digest: somebody changed them behind the runtime. */
  readonly disk?: Files | undefined;
  /** How a visit before the last one ends. Default `accepted`. */
  readonly ends?: Verdict | undefined;
}

/** The clock of a visit that states none. */
export const TODAY = '2026-06-01T00:00:00.000Z';

/** `accepted`, the code of an error, or `stale`: the runtime says that the channel has expired. */
export type Verdict = string;

/** What an app lives through. The last visit decides. */
export interface Transcript {
  readonly install: Install;
  readonly visits: readonly Visit[];
}

/** How a transcript ended. */
export interface Outcome {
  readonly verdict: Verdict;
  /** What served before the last visit and does not serve the same any more. */
  readonly lost: readonly string[];
}

/** Writes transcripts as JSON, for a runtime in another place. */
export function writeTranscripts(transcripts: readonly Transcript[]): string {
  return JSON.stringify(transcripts, (_, value: unknown) =>
    value instanceof Uint8Array
      ? { base64: btoa(Array.from(value, (byte) => String.fromCharCode(byte)).join('')) }
      : value,
  );
}

/** Reads what {@link writeTranscripts} wrote. */
export function readTranscripts(json: string): readonly Transcript[] {
  return JSON.parse(json, (_, value: unknown) => {
    const base64 = (value as { base64?: unknown } | null)?.base64;
    return typeof base64 === 'string' ? Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)) : value;
  }) as readonly Transcript[];
}
