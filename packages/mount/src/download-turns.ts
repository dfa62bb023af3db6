/** A download that wants a turn. */
export interface TurnSeeker {
  /** The higher one goes first. Below 0: in the background, only while nothing else is to be done. */
  readonly priority: number;
  /** Whether it has a turn already: among equals nobody loses one. */
  readonly isRunning: boolean;
  /** Who waits for it: calls of `ensure`. */
  readonly callers: readonly object[];
  /** When it came; of two that are equal in everything else the earlier one goes first. */
  readonly order: number;
}

/** What decides beside the downloads themselves. */
export interface TurnRules {
  /** Turns that there are. */
  readonly limit: number;
  /** When a caller last got a turn; 0 for never. */
  readonly lastTurn: (caller: object) => number;
}

/**
 * Decides which downloads have a turn. Pure. The more urgent goes first; among equals whoever runs goes on, and then comes the caller
 * with the fewest turns, then the one whose last turn is longest ago: a root of a hundred archives does not keep one of two waiting.
 * What is below 0 runs only where nothing else is there, so that the background never shares the line with what somebody waits for.
 *
 * @returns Those that have a turn, the most deserving first.
 */
export function shareTurns<Seeker extends TurnSeeker>(seekers: readonly Seeker[], rules: TurnRules): readonly Seeker[] {
  const foreground = seekers.filter(({ priority }) => priority >= 0);
  const rest = new Set(foreground.length > 0 ? foreground : seekers);
  const chosen: Seeker[] = [];
  const turns = new Map<object, number>();
  while (chosen.length < rules.limit) {
    const next = mostDeserving([...rest], (caller) => turns.get(caller) ?? 0, rules);
    if (next === undefined) break;
    rest.delete(next);
    chosen.push(next);
    for (const caller of next.callers) turns.set(caller, (turns.get(caller) ?? 0) + 1);
  }
  return chosen;
}

function mostDeserving<Seeker extends TurnSeeker>(
  seekers: readonly Seeker[],
  turnsOf: (caller: object) => number,
  { lastTurn }: TurnRules,
): Seeker | undefined {
  // A download that several wait for counts as that of the one who fares worst.
  const least = (seeker: Seeker, of: (caller: object) => number): number => Math.min(...seeker.callers.map(of));
  const compare = (a: Seeker, b: Seeker): number =>
    b.priority - a.priority ||
    Number(b.isRunning) - Number(a.isRunning) ||
    least(a, turnsOf) - least(b, turnsOf) ||
    least(a, lastTurn) - least(b, lastTurn) ||
    a.order - b.order;
  return seekers.reduce<Seeker | undefined>(
    (best, one) => (best === undefined || compare(one, best) < 0 ? one : best),
    undefined,
  );
}
