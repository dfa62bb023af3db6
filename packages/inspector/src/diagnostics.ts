import { isLadingError } from '@lading/manifest/client';
import type { Mount, MountConflict, RuntimeStatus } from '@lading/mount/client';
import type { DownloadRow } from './download-log.js';
import type { Inspected, InspectedServing } from './inspected.js';
import type { RequestRow } from './request-log.js';

/** An error in the words that a report carries. */
export interface ShownError {
  readonly code: string;
  readonly message: string;
  readonly hint?: string | undefined;
}

/** Everything that the inspector knows, as plain JSON: for a bug report. It holds no keys, no credentials and no query strings. */
export interface Diagnostics {
  readonly at: string;
  /** Origin and path of the page. */
  readonly page: string;
  readonly userAgent: string;
  readonly isSecureContext: boolean;
  readonly hasController: boolean;
  readonly serving: InspectedServing | undefined;
  readonly status: RuntimeStatus;
  readonly mounts: readonly Mount[];
  readonly conflicts: readonly MountConflict[];
  readonly downloads: readonly DownloadRow[];
  /** The newest requests, newest first. */
  readonly requests: readonly RequestRow[];
  readonly store: string | undefined;
  readonly usedBytes: number | undefined;
  readonly quotaBytes: number | undefined;
  readonly isPersisted: boolean | undefined;
}

const MAX_CONFLICTS = 100;

/** Gathers {@link Diagnostics}. */
export async function gatherDiagnostics({ runtime, serving, store }: Inspected): Promise<Diagnostics> {
  const { storage } = navigator; // Absent in pages that came without HTTPS.
  const estimate = await storage?.estimate();
  const { downloads, requests } = runtime.recorder;
  return {
    at: new Date().toISOString(),
    page: `${location.origin}${location.pathname}`,
    userAgent: navigator.userAgent,
    isSecureContext,
    hasController: Boolean(navigator.serviceWorker?.controller),
    serving: serving?.(),
    status: runtime.status(),
    mounts: runtime.mounts(),
    conflicts: runtime.conflicts().slice(0, MAX_CONFLICTS),
    downloads: downloads.rows,
    requests: requests.rows,
    store: store?.name,
    usedBytes: estimate?.usage,
    quotaBytes: estimate?.quota,
    isPersisted: await storage?.persisted(),
  };
}

/** Takes code, message and hint from whatever was thrown. */
export function shownError(error: unknown): ShownError {
  if (isLadingError(error)) return { code: error.code, message: error.message, hint: error.hint };
  if (error instanceof Error) return { code: error.name, message: error.message };
  return { code: 'Error', message: String(error) };
}
