import type { ListedObject } from '../publish-target.js';
import { type Deletion, isMortal, type Tombstone } from './tombstone.js';

/** What a garbage collection found. */
export interface GarbageSurvey {
  /** Everything below `archives/`, `releases/` and `history/`. */
  readonly objects: ReadonlyMap<string, ListedObject>;
  /** Keys that must stay. */
  readonly marked: ReadonlySet<string>;
  readonly tombstones: readonly Tombstone[];
  /** Ids of verdicts whose tombstone is gone. */
  readonly orphans: readonly string[];
}

/** A tombstone that no publish has saved. */
export type OpenTombstone = Tombstone & { readonly verdict?: Deletion | undefined };

/** What a garbage collection does next. Plain data: `--dry-run` prints it. */
export interface GarbagePlan {
  readonly now: Date;
  /** Dead, and not in a tombstone yet: they get one now. */
  readonly bury: readonly ListedObject[];
  /** Tombstones whose grace is over: what is still dead of them is deleted now. */
  readonly due: readonly OpenTombstone[];
  /** Dead, in tombstones whose grace is over: deleted now. */
  readonly remove: readonly ListedObject[];
  /** Tombstones whose grace is not over, or that another collection is at. */
  readonly waiting: readonly OpenTombstone[];
  /** Tombstones of which a publish needed something: given up, and what is dead of them gets a new one next time. */
  readonly rescued: readonly Tombstone[];
  readonly orphans: readonly string[];
  /** What stays because a live document needs it. */
  readonly live: { readonly objects: number; readonly sizeBytes: number };
  /** Objects in those folders that are not of the layout: never touched. */
  readonly strange: readonly string[];
}

/** Options of {@link planGarbage}. */
export interface PlanGarbageOptions {
  readonly now: Date;
  readonly graceMs: number;
}

/** A collection stops deleting this long after its claim, and nobody takes over before twice that. */
export const CLAIM_MS: number = 30 * 60 * 1000;

/** Plans a garbage collection. Pure: equal input, equal plan. */
export function planGarbage(survey: GarbageSurvey, { now, graceMs }: PlanGarbageOptions): GarbagePlan {
  const { objects, marked, tombstones, orphans } = survey;
  const rescued = tombstones.filter(({ verdict }) => verdict?.decision === 'keep');
  const open = tombstones.filter(isOpen);
  const isDue = (tombstone: OpenTombstone): boolean =>
    now.getTime() - tombstone.createdAt.getTime() >= graceMs && isFree(tombstone, now);
  const due = open.filter(isDue);
  const buried = new Set(tombstones.flatMap(({ keys }) => keys));
  const dying = new Set(due.flatMap(({ keys }) => keys));
  const all = [...objects.values()];
  const dead = all.filter(({ key }) => isMortal(key) && !marked.has(key));
  const live = all.filter(({ key }) => isMortal(key) && marked.has(key));
  return {
    now,
    bury: dead.filter(({ key }) => !buried.has(key)),
    due,
    remove: dead.filter(({ key }) => dying.has(key)),
    waiting: open.filter((tombstone) => !isDue(tombstone)),
    rescued,
    orphans,
    live: { objects: live.length, sizeBytes: live.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) },
    strange: all.filter(({ key }) => !isMortal(key)).map(({ key }) => key),
  };
}

function isOpen(tombstone: Tombstone): tombstone is OpenTombstone {
  return tombstone.verdict?.decision !== 'keep';
}

/** Nobody deletes its objects now: it is undecided, or who was at it cannot be any more. */
function isFree({ verdict }: OpenTombstone, now: Date): boolean {
  return verdict === undefined || now.getTime() - verdict.createdAt.getTime() >= 2 * CLAIM_MS;
}
