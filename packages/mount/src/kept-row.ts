import type { ReleaseArchive } from '@lading/manifest';
import type { MountIntent } from './mount-intent.js';
import type { MountRow } from './mount-table.js';
import type { MountedContent } from './mounted-content.js';
import type { PathPredicate } from './path-pattern.js';
import { mountOf } from './runtime-views.js';
import type { KnownRelease } from './trust-state.js';

/** An archive that is open, and where its bytes are. */
export interface OpenedArchive {
  readonly content: MountedContent;
  readonly isLocal: boolean;
}

/** The row of an intent that was kept, over an open archive. */
export function keptRow(
  intent: MountIntent,
  archive: ReleaseArchive,
  facts: OpenedArchive & { readonly release: KnownRelease; readonly allows: PathPredicate | undefined },
): MountRow {
  const { content, allows } = facts;
  return { mount: mountOf(intent, archive, { ...facts, entries: content.entries }), content, allows };
}
