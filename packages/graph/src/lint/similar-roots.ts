import type { LintFinding } from './lint-finding.js';
import { findingOf, type LintSubject, setWeights } from './lint-subject.js';
import { percent } from './mostly-base.js';

/**
 * Finds roots that need nearly the same: the bytes that both need are at least `similarShare` of the larger one. Roots
 * that are alike in pairs make one finding. `bytes` is the most that two of them share.
 *
 * Not every pair is compared. Consumer sets are taken rarest first; of two alike roots the first common set lies in the
 * first (1 - share) of the bytes of both, so only roots that meet there are candidates (the prefix filter of similarity
 * joins: Chaudhuri, Ganti, Kaushik, "A primitive operator for similarity joins in data cleaning", 2006).
 */
export function findSimilarRoots(subject: LintSubject): LintFinding[] {
  const shelves = shelveSets(subject);
  const groups = new RootGroups(shelves.sets.length);
  for (const roots of meetings(shelves, subject.limits.similarShare)) {
    for (const [i, a] of roots.entries()) {
      for (const b of roots.slice(i + 1)) {
        if (groups.find(a) === groups.find(b)) continue;
        const larger = Math.max(shelves.bytes[a] ?? 0, shelves.bytes[b] ?? 0);
        const smaller = Math.min(shelves.bytes[a] ?? 0, shelves.bytes[b] ?? 0);
        const least = subject.limits.similarShare * larger;
        const shared = smaller < least ? 0 : sharedBytes(shelves, a, b);
        if (shared > 0 && shared >= least) groups.join(a, b, { shared, larger });
      }
    }
  }
  return groups.all().map(({ members, shared, larger }) =>
    findingOf(
      subject,
      members.map((index) => subject.consumers.roots[index] ?? 0),
      {
        rule: 'similar-roots',
        severity: 'warning',
        message: `${members.length} roots need nearly the same: up to ${percent(shared, larger)} is in common`,
        bytes: shared,
        hint: 'Make them one root with two ways in, or move what they share under a root of its own.',
      },
    ),
  );
}

/** For each root the sets it is in, rarest first, with their weights; sets without bytes are left out. */
interface Shelves {
  readonly sets: readonly (readonly number[])[];
  /** Place of each set in the order of rarity, and its bytes, by place. */
  readonly weights: readonly number[];
  readonly bytes: Float64Array;
}

function shelveSets({ graph, consumers }: LintSubject): Shelves {
  const weightOf = setWeights(graph, consumers);
  const members = Array.from(weightOf, (weight, set) => ({ weight, roots: consumers.membersOf(set) }))
    .filter(({ weight, roots }) => weight > 0 && roots.length > 0)
    .sort((a, b) => a.roots.length - b.roots.length);
  const sets: number[][] = Array.from(consumers.roots, () => []);
  const bytes = new Float64Array(consumers.roots.length);
  for (const [place, { weight, roots }] of members.entries()) {
    for (const root of roots) {
      sets[root]?.push(place);
      bytes[root] = (bytes[root] ?? 0) + weight;
    }
  }
  return { sets, weights: members.map(({ weight }) => weight), bytes };
}

/** Roots that have a set in common within the first part of both: by set, rarest first. */
function* meetings({ sets, weights, bytes }: Shelves, share: number): Generator<readonly number[]> {
  const rootsAt: number[][] = weights.map(() => []);
  for (const [root, places] of sets.entries()) {
    const limit = (1 - share) * (bytes[root] ?? 0);
    let before = 0;
    for (const place of places) {
      if (before > limit) break;
      rootsAt[place]?.push(root);
      before += weights[place] ?? 0;
    }
  }
  for (const roots of rootsAt) if (roots.length > 1) yield roots;
}

function sharedBytes({ sets, weights }: Shelves, a: number, b: number): number {
  const [left, right] = [sets[a] ?? [], sets[b] ?? []];
  let [i, j, shared] = [0, 0, 0];
  while (i < left.length && j < right.length) {
    const [x, y] = [left[i] ?? 0, right[j] ?? 0];
    if (x === y) shared += weights[x] ?? 0;
    if (x <= y) i++;
    if (y <= x) j++;
  }
  return shared;
}

interface Likeness {
  readonly shared: number;
  readonly larger: number;
}

/** Roots joined into groups (union-find). */
class RootGroups {
  readonly #parents: Int32Array;
  readonly #likeness: Map<number, Likeness> = new Map();

  constructor(count: number) {
    this.#parents = Int32Array.from({ length: count }, (_, index) => index);
  }

  find(index: number): number {
    let at = index;
    for (let parent = this.#parents[at] ?? at; parent !== at; parent = this.#parents[at] ?? at) {
      const above = this.#parents[parent] ?? parent;
      this.#parents[at] = above;
      at = above;
    }
    return at;
  }

  join(a: number, b: number, likeness: Likeness): void {
    const [top, other] = [this.find(a), this.find(b)].sort((x, y) => x - y) as [number, number];
    const best = [this.#likeness.get(top), this.#likeness.get(other), likeness]
      .filter((one) => one !== undefined)
      .reduce((x, y) => (y.shared > x.shared ? y : x));
    this.#parents[other] = top;
    this.#likeness.delete(other);
    this.#likeness.set(top, best);
  }

  all(): (Likeness & { readonly members: readonly number[] })[] {
    const members = new Map<number, number[]>();
    for (let index = 0; index < this.#parents.length; index++) {
      const top = this.find(index);
      if (!this.#likeness.has(top)) continue;
      const group = members.get(top);
      if (group === undefined) members.set(top, [index]);
      else group.push(index);
    }
    return [...members].flatMap(([top, group]) => {
      const likeness = this.#likeness.get(top);
      return likeness === undefined ? [] : [{ ...likeness, members: group }];
    });
  }
}
