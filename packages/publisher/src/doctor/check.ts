import { isLadingError } from '@lading/manifest';

/** What one check of {@link examineTarget} found. */
export interface TargetCheck {
  /** Names the check: `conditions`, `range`, `cors`, … */
  readonly name: string;
  readonly status: 'ok' | 'warning' | 'failed' | 'skipped';
  /** What was seen. */
  readonly detail: string;
  /** What to do about it. */
  readonly fix?: string | undefined;
}

/** What a check says beside its name. */
export type Finding = Omit<TargetCheck, 'name'>;

/** All is well. */
export function ok(detail: string): Finding {
  return { status: 'ok', detail };
}

/** Publishing or playing does not work, or not safely. */
export function failed(detail: string, fix: string): Finding {
  return { status: 'failed', detail, fix };
}

/** It works, but worse than it could. */
export function warning(detail: string, fix: string): Finding {
  return { status: 'warning', detail, fix };
}

/** Cannot be checked here. */
export function skipped(detail: string): Finding {
  return { status: 'skipped', detail };
}

/** Runs a check; an error of the target is what it found. Other errors, and aborts, are thrown. */
export async function runCheck(name: string, check: () => Promise<Finding>): Promise<TargetCheck> {
  try {
    return { name, ...(await check()) };
  } catch (error) {
    if (!isLadingError(error)) throw error;
    return { name, ...failed(error.message, error.hint ?? 'See the error.') };
  }
}
