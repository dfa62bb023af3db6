import type { SourceEdit } from '@lading/fixtures';
import type { Scene } from './scene.js';
import type { Install, Verdict, Visit } from './transcript.js';

/** What an attacker shows an app, and what it would have seen without him. */
export interface AttackPlay {
  /** Default: the root of the scene. */
  readonly install?: Partial<Install> | undefined;
  /** What the app lived through before; the same for both. */
  readonly before?: readonly Visit[] | undefined;
  readonly attack: Visit;
  readonly control: Visit;
}

/** One row of the table: an attack, how it is refused, and the check without which it succeeds. */
export interface Attack {
  readonly id: string;
  readonly says: string;
  /** How the attack ends: a code of the README's table of errors, or `stale`. */
  readonly code: Verdict;
  readonly play: (scene: Scene) => Promise<AttackPlay>;
  /** True where what ran before is what was attacked, and is not served any more. */
  readonly breaks?: boolean | undefined;
  /** Takes the one check away: with it the attack must come through. */
  readonly mutant: readonly SourceEdit[];
  /** What the attacker gets then, where that is not that the app takes what he shows. */
  readonly gains?: Verdict | undefined;
}

/** A change of one source file: text that stands in it once, and what stands there instead. */
export function edit(file: string, find: string, put: string): SourceEdit {
  return { file, find, put };
}
