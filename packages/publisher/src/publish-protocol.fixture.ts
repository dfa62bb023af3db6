/**
 * The protocol between publishes, garbage collections, readers and a target as a small machine: every step is one call of the
 * target, so that a search can go through all interleavings. What the real code does is tried in `publish-races.test.ts`.
 */

/** Objects are bits: archives, and above them one release document for each release. */
const ARCHIVES = { old: 1, ofFirst: 2, ofSecond: 4, ofCurrent: 8 } as const;
const releaseBit = (release: number): number => 16 << release;
const NEEDS: readonly number[] = [
  ARCHIVES.ofCurrent,
  ARCHIVES.old | ARCHIVES.ofFirst,
  ARCHIVES.old | ARCHIVES.ofSecond,
];

/** A channel document that was public. */
interface Version {
  readonly release: number;
  readonly sequence: number;
  readonly expires: number;
}

interface ModelTombstone {
  readonly id: number;
  readonly keys: number;
  readonly born: number;
  readonly verdict: 'open' | 'keep' | 'delete';
}

interface Publisher {
  readonly step: PublishStep | 'done' | 'stopped';
  readonly began: number;
  /** Index of the version that it read, whose etag is the condition of its switch. */
  readonly read: number;
  readonly present: number;
  readonly seen: readonly ModelTombstone[];
}

type PublishStep =
  | 'read'
  | 'list'
  | 'first'
  | 'upload'
  | 'look'
  | 'save'
  | 'check'
  | 'release'
  | 'back'
  | 'history'
  | 'switch';

interface Collector {
  readonly step: CollectStep | 'done';
  readonly runs: number;
  readonly seen: readonly ModelTombstone[];
  readonly listed: number;
  readonly current: number;
  readonly marked: number;
  readonly claimed: ModelTombstone | undefined;
}

type CollectStep =
  | 'tombstones'
  | 'list'
  | 'channel'
  | 'history'
  | 'claim'
  | 'channel2'
  | 'history2'
  | 'delete'
  | 'forget'
  | 'bury';

/** Everything there is. */
export interface Model {
  readonly clock: number;
  readonly objects: number;
  readonly versions: readonly Version[];
  readonly channel: number;
  readonly history: readonly number[];
  readonly tombstones: readonly ModelTombstone[];
  readonly publishers: readonly [Publisher, Publisher];
  readonly collector: Collector;
  readonly nextId: number;
}

/** What a model may lack of the protocol; each must be caught. */
export interface Mutant {
  readonly channelFirst?: boolean;
  readonly noGrace?: boolean;
  readonly noIfMatch?: boolean;
  readonly noSave?: boolean;
  readonly noHistory?: boolean;
  readonly marksBeforeClaim?: boolean;
}

const LIFE = 1;
const GRACE = 2;
const MAX_CLOCK = 5;
const MAX_RUNS = 3;

const START: Publisher = { step: 'read', began: 0, read: 0, present: 0, seen: [] };

/** A target with one live release, an archive that nothing needs any more, and, maybe, its tombstone, old enough. */
export function initialModel(isBuried: boolean): Model {
  return {
    clock: GRACE,
    objects: ARCHIVES.old | ARCHIVES.ofCurrent | releaseBit(0),
    versions: [{ release: 0, sequence: 1, expires: GRACE + LIFE }],
    channel: 0,
    history: [],
    tombstones: isBuried ? [{ id: 0, keys: ARCHIVES.old, born: 0, verdict: 'open' }] : [],
    publishers: [START, START],
    collector: { step: 'tombstones', runs: 0, seen: [], listed: 0, current: 0, marked: 0, claimed: undefined },
    nextId: 1,
  };
}

/** Every state that one step leads to: of a publisher, the collector, or the clock. */
export function nextStates(model: Model, mutant: Mutant): Model[] {
  const states: Model[] = [];
  for (const i of [0, 1] as const) {
    const stepped = publishStep(model, i, mutant);
    if (stepped !== undefined) states.push(stepped);
  }
  if (model.collector.step !== 'done') states.push(collectStep(model, mutant));
  if (mayTick(model)) states.push({ ...model, clock: model.clock + 1 });
  return states;
}

/** A publish takes less than the grace: that is what the protocol asks of it. */
function mayTick({ clock, publishers }: Model): boolean {
  const isSlow = publishers.some(
    ({ step, began }) => step !== 'read' && step !== 'done' && step !== 'stopped' && clock + 1 - began >= GRACE,
  );
  return clock < MAX_CLOCK && !isSlow;
}

/**
 * What is broken, or `undefined`: a channel document that was public, within its life and grace, must have everything that
 * it needs, and sequences rise.
 */
export function violation({ clock, objects, versions, channel }: Model): string | undefined {
  for (const [i, { release, expires }] of versions.entries()) {
    const isAlive = i === channel || clock <= expires + GRACE;
    const needs = (NEEDS[release] ?? 0) | releaseBit(release);
    if (isAlive && (objects & needs) !== needs) return `version ${i} lacks ${needs & ~objects}`;
    if (
      i > 0 &&
      !(versions[i - 1] !== undefined && (versions[i - 1] as Version).sequence < (versions[i] as Version).sequence)
    )
      return `version ${i} does not rise`;
  }
  return undefined;
}

function publishStep(model: Model, i: 0 | 1, mutant: Mutant): Model | undefined {
  const me = model.publishers[i];
  const release = i + 1;
  const needs = NEEDS[release] ?? 0;
  const go = (change: Partial<Publisher>, world: Partial<Model> = {}): Model => ({
    ...model,
    ...world,
    publishers: (i === 0
      ? [{ ...me, ...change }, model.publishers[1]]
      : [model.publishers[0], { ...me, ...change }]) as Model['publishers'],
  });
  switch (me.step) {
    case 'read':
      return go({ step: 'list', read: model.channel, began: model.clock });
    case 'list':
      return go({ step: mutant.channelFirst === true ? 'first' : 'upload', present: model.objects });
    case 'first':
      return switchChannel(model, me, release, mutant, go, 'upload');
    case 'upload': {
      const missing = needs & ~me.present;
      const key = missing & -missing;
      if (key === 0) return go({ step: 'look' });
      return go({ present: me.present | key }, { objects: model.objects | key });
    }
    case 'look':
      return go({ step: mutant.noSave === true ? 'check' : 'save', seen: model.tombstones });
    case 'save': {
      const seen = me.seen.find(({ keys }) => (keys & (needs | releaseBit(release))) !== 0);
      if (seen === undefined) return go({ step: 'check' });
      const rest = me.seen.filter((one) => one !== seen);
      const there = model.tombstones.find(({ id }) => id === seen.id);
      if (there?.verdict === 'delete') return go({ step: 'stopped' });
      const tombstones = model.tombstones.map((one) =>
        one.id === seen.id ? { ...one, verdict: 'keep' as const } : one,
      );
      return go({ seen: rest }, { tombstones });
    }
    case 'check':
      return go({ step: (model.objects & needs) === needs ? 'release' : 'stopped' });
    case 'release':
      return go({ step: 'back' }, { objects: model.objects | releaseBit(release) });
    case 'back': {
      const isThere = (model.objects & releaseBit(release)) !== 0;
      const next = mutant.channelFirst === true ? 'done' : mutant.noHistory === true ? 'switch' : 'history';
      return go({ step: isThere ? next : 'stopped' });
    }
    case 'history':
      return go({ step: 'switch' }, { history: [...new Set([...model.history, me.read])].sort() });
    case 'switch':
      return switchChannel(model, me, release, mutant, go, 'done');
    case 'done':
    case 'stopped':
      return undefined;
  }
}

function switchChannel(
  model: Model,
  me: Publisher,
  release: number,
  mutant: Mutant,
  go: (change: Partial<Publisher>, world?: Partial<Model>) => Model,
  step: Publisher['step'],
): Model {
  if (model.channel !== me.read && mutant.noIfMatch !== true) return go({ step: 'stopped' });
  const sequence = (model.versions[me.read]?.sequence ?? 0) + 1;
  const versions = [...model.versions, { release, sequence, expires: model.clock + LIFE }];
  return go({ step }, { versions, channel: versions.length - 1 });
}

function collectStep(model: Model, mutant: Mutant): Model {
  const me = model.collector;
  const go = (change: Partial<Collector>, world: Partial<Model> = {}): Model => ({
    ...model,
    ...world,
    collector: { ...me, ...change },
  });
  switch (me.step) {
    case 'tombstones':
      return go({ step: 'list', seen: model.tombstones, claimed: undefined });
    case 'list':
      return go({ step: 'channel', listed: model.objects });
    case 'channel':
      return go({ step: 'history', current: model.channel });
    case 'history':
      return go({ step: 'claim', marked: marksOf(model, me.current) });
    case 'claim': {
      const grace = mutant.noGrace === true ? 0 : GRACE;
      const due = me.seen.find(({ verdict, born }) => verdict === 'open' && model.clock - born >= grace);
      const isOpen = model.tombstones.some(({ id, verdict }) => id === due?.id && verdict === 'open');
      if (due === undefined || !isOpen) return go({ step: 'bury' });
      const tombstones = model.tombstones.map((one) =>
        one.id === due.id ? { ...one, verdict: 'delete' as const } : one,
      );
      return go({ step: mutant.marksBeforeClaim === true ? 'delete' : 'channel2', claimed: due }, { tombstones });
    }
    case 'channel2':
      return go({ step: 'history2', current: model.channel });
    case 'history2':
      return go({ step: 'delete', marked: marksOf(model, me.current) });
    case 'delete': {
      const dead = (me.claimed?.keys ?? 0) & ~me.marked & model.objects;
      return dead === 0 ? go({ step: 'forget' }) : go({}, { objects: model.objects & ~(dead & -dead) });
    }
    case 'forget':
      return go({ step: 'bury' }, { tombstones: model.tombstones.filter(({ id }) => id !== me.claimed?.id) });
    case 'bury': {
      const runs = me.runs + 1;
      const saved = new Set(me.seen.filter(({ verdict }) => verdict === 'keep').map(({ id }) => id));
      const buried = me.seen.reduce((keys, one) => keys | one.keys, 0);
      const dead = me.listed & ~me.marked & ~buried;
      const kept = model.tombstones.filter(({ id }) => !saved.has(id));
      const fresh: ModelTombstone = { id: model.nextId, keys: dead, born: model.clock, verdict: 'open' };
      const tombstones = dead === 0 ? kept : [...kept, fresh];
      return go({ step: runs === MAX_RUNS ? 'done' : 'tombstones', runs }, { tombstones, nextId: model.nextId + 1 });
    }
    case 'done':
      return model;
  }
}

/** What stays: of the version that was read as current, and of those in the history whose life and grace are not over. */
function marksOf({ versions, history, clock }: Model, current: number): number {
  let marked = 0;
  for (const [i, { release, expires }] of versions.entries()) {
    const isKept = i === current || (history.includes(i) && clock <= expires + GRACE);
    if (isKept) marked |= (NEEDS[release] ?? 0) | releaseBit(release);
  }
  return marked;
}
