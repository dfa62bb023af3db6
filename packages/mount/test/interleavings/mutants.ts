import type { SourceEdit } from '@lading/fixtures';

/** A client with one thing wrong, which random interleavings must find out. */
export interface Mutant {
  readonly says: string;
  /** Found only after hundreds of interleavings. */
  readonly isRare?: boolean | undefined;
  readonly edits: readonly SourceEdit[];
}

const edit = (file: string, find: string, put: string): SourceEdit => ({ file: `mount/src/${file}`, find, put });

/** What goes wrong only over time, with more than one process, or when a process is killed. */
export const MUTANTS: readonly Mutant[] = [
  {
    says: 'what another process has seen is forgotten',
    edits: [
      edit('newest-root.ts', 'raiseFloor(state.floor, stored)', 'state.floor'),
      edit(
        'update-trust.ts',
        'if (floor !== undefined) assertAboveFloor',
        'if (floor?.sequence === -1) assertAboveFloor',
      ),
    ],
  },
  {
    says: 'a key that another process knows to be rotated away is trusted',
    edits: [
      edit('newest-root.ts', 'record.version <= version ||', 'record.version > 0 ||'),
      edit('update-trust.ts', 'stored.version > root.version) {', 'stored.version < 0) {'),
    ],
  },
  {
    says: 'a rotation lowers a floor that another process has raised since',
    isRare: true,
    edits: [
      edit('follow-roots.ts', 'stored.pin === pin && stored.version >= root.version', 'stored.version > root.version'),
    ],
  },
  {
    says: 'a rotation leaves the floor where a thief put it',
    edits: [edit('follow-roots.ts', 'records.set(key, writeFloorRecord(recovered));', 'void recovered;')],
  },
  {
    says: 'a root is kept only when the look ends well',
    edits: [edit('follow-roots.ts', 'await storeRoot(next, { before: root, pin }, context);', '')],
  },
  {
    says: 'a release that was signed anew is not fetched again',
    edits: [edit('update-trust.ts', "if (!isLadingError(error, 'ERR_TRUST_SIGNATURE')) throw error;", 'throw error;')],
  },
  {
    says: 'a revoked release comes back at a start',
    edits: [edit('restore-mounts.ts', 'assertNotRevoked(known, trust?.revoked ?? []);', '')],
  },
  {
    says: 'a revocation is forgotten with the key of the release that it came with',
    isRare: true,
    edits: [edit('restore-mounts.ts', 'trust?.revoked ?? []', 'trust?.latest?.revoked ?? []')],
  },
  {
    says: 'mounts come from a release that is not kept any more',
    edits: [edit('mount-records.ts', 'if (!currentReleases(records).has(plan.release.digest)) return undefined;', '')],
  },
  {
    says: 'the clock is believed when it goes back',
    isRare: true,
    edits: [edit('update-trust.ts', 'Math.max(options.now.getTime(), floor.seenMs)', 'options.now.getTime()')],
  },
];
