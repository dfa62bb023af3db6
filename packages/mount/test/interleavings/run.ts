import type { MountStore } from '@lading/mount';
import type { App } from './app.js';
import { type Random, someView } from './attacker.js';
import {
  Killed,
  type ModelStore,
  modelLatest,
  modelLook,
  modelMount,
  modelRestart,
  modelSettled,
} from './trust-model.js';
import { DAY_MS, type KeyChest, type View, World } from './world.js';

/** Steps of one interleaving. */
export const STEPS = 24;

/** The processes of a run: of this client, or of a mutant of it. */
export type AppClass = new (store: MountStore, pin: Uint8Array) => Pick<App, keyof App>;

/** What a run is made with. */
export interface RunParts {
  readonly app: AppClass;
  /** The store of each process: one and the same, or two over one folder. */
  readonly stores: readonly [MountStore, MountStore];
  /** A download finds what another process has brought since this one began. Default false. */
  readonly findsDownloads?: boolean | undefined;
  readonly count: (what: string) => void;
}

/** Something that the model does not say. */
export class Violation extends Error {}

/**
 * Plays one interleaving: a publisher, somebody between, and two processes of an app over one store, each step compared with the
 * model.
 *
 * @param count - Told what happened.
 * @throws Violation with everything that led to it.
 */
export async function playRun(
  seed: number,
  { chest, ...parts }: RunParts & { readonly chest: KeyChest },
): Promise<void> {
  const run = new Run(await World.create(chest), randomFrom(seed), parts);
  await run.play();
}

/** One app of the run, and what the model says of it. */
interface Actor {
  readonly name: string;
  readonly app: InstanceType<AppClass>;
  latest: string | undefined;
  mounted: string | undefined;
  local: Set<string>;
}

/** A publisher, somebody between, and two processes of an app over one store, each step compared with the model. */
class Run {
  readonly #random: Random;
  readonly #count: (what: string) => void;
  readonly #records: MountStore;
  readonly #findsDownloads: boolean;
  readonly #world: World;
  #store: ModelStore;
  readonly #local = new Set<string>();
  readonly #actors: readonly Actor[];
  readonly #trace: string[] = [];

  constructor(world: World, random: Random, { app: Client, stores, count, findsDownloads = false }: RunParts) {
    this.#records = stores[0];
    this.#findsDownloads = findsDownloads;
    this.#world = world;
    this.#random = random;
    this.#count = count;
    const floor = { sequence: 0, digest: undefined, releaseSequence: 0, seenMs: 0 };
    this.#store = {
      root: world.root,
      floor,
      latest: undefined,
      active: undefined,
      hasMounts: false,
      releases: new Map(),
    };
    this.#actors = (['A', 'B'] as const).map((name, i) => ({
      name,
      app: new Client(stores[i] ?? stores[0], world.pin),
      latest: undefined,
      mounted: undefined,
      local: new Set(),
    }));
  }

  async play(): Promise<void> {
    for (const actor of this.#actors) await actor.app.start();
    for (let step = 0; step < STEPS; step++) {
      const dice = this.#random(100);
      if (dice < 30) await this.#publisherActs();
      else if (dice < 36) await this.#lookAtOnce();
      else {
        const actor = this.#actors[this.#random(2)] as Actor;
        if (dice < 68) await this.#look(actor);
        else if (dice < 88) await this.#ensure(actor);
        else await this.#restart(actor);
        await this.#check(actor);
      }
    }
    for (const { app } of this.#actors) await app.close();
  }

  async #publisherActs(): Promise<void> {
    const world = this.#world;
    const dice = this.#random(100);
    const former = world.releases[this.#random(world.releases.length)];
    world.nowMs += this.#random(3) * DAY_MS;
    if (dice < 35 || former === undefined) await this.#note('publish', world.publish());
    else if (dice < 45) await this.#note('publish for a day', world.publish({ lifeMs: DAY_MS }));
    else if (dice < 60) await this.#note('publish and revoke', world.publish({ revoked: [former.digest] }));
    else if (dice < 70) await this.#note('roll back', world.rollBack(former));
    else if (dice < 80 || !world.mayRotate) await this.#note('renew', world.renew());
    else {
      const role = (['root', 'channel', 'release'] as const)[this.#random(3)] ?? 'root';
      await this.#note(`rotate the ${role} key`, world.rotate(role));
    }
  }

  async #note(what: string, work: Promise<void>): Promise<void> {
    await work;
    this.#trace.push(what);
    this.#count(what);
  }

  async #look(actor: Actor): Promise<void> {
    const view = await someView(this.#world, this.#random);
    const skewMs = this.#random(10) === 0 ? (this.#random(100) - 70) * DAY_MS : 0;
    const nowMs = this.#world.nowMs + skewMs;
    const writes = this.#random(12) === 0 ? this.#random(3) : Number.POSITIVE_INFINITY;
    const expected = this.#expected(view, { nowMs, before: actor.latest, writes });
    const actual = await actor.app.look(view, { nowMs, writes });
    this.#trace.push(`${actor.name} looks: ${actual}`);
    this.#count(`look: ${actual}`);
    this.#expect('it', actual, expected);
    if (actual === 'killed') return this.#restart(actor);
    if (actual === 'adopted') actor.latest = view.channel?.release.digest;
  }

  /**
   * Both look at the same time: what is kept then is what it would be had one looked after the other. One that is overtaken by a
   * newer root or a higher floor keeps nothing and says so.
   */
  async #lookAtOnce(): Promise<void> {
    const views = [await someView(this.#world, this.#random), await someView(this.#world, this.#random)] as const;
    const look = { nowMs: this.#world.nowMs, before: undefined };
    const slow = this.#random(4); // One of the two, or none: the other overtakes it.
    const pauses = [0, 1].map((i) => (i === slow ? this.#random(5) : undefined));
    const all = this.#actors.map(({ app }, i) =>
      app.look(views[i] as View, { nowMs: look.nowMs, writes: Number.POSITIVE_INFINITY, pauseAt: pauses[i] }),
    );
    const outcomes = await Promise.all(all);
    this.#trace.push(`both look: ${outcomes.join(', ')}`);
    this.#count(`both look: ${outcomes.includes('adopted') ? 'adopted' : 'nothing adopted'}`);
    const isOvertaken = outcomes.map((outcome) => outcome.startsWith('ERR_'));
    const orders = [[0, 1], [1, 0], ...(isOvertaken[1] ? [[0]] : []), ...(isOvertaken[0] ? [[1]] : [])].map((order) => {
      const store = structuredClone(this.#store);
      for (const i of order) modelLook(store, views[i] as View, look);
      return store;
    });
    const { kept, latest } = await keptOf(this.#records);
    const settled = modelSettled([...orders, this.#store], (one) => latestText(one) === latest).find(
      (store) => keptOfModel(store) === kept,
    );
    if (settled === undefined) this.#expect('what is kept', `${kept} ${latest}`, orders.map(keptOfModel).join(' or '));
    else this.#store = settled;
    for (const [i, actor] of this.#actors.entries()) {
      if (outcomes[i] === 'adopted') actor.latest = views[i]?.channel?.release.digest;
      await this.#check(actor);
    }
  }

  #expected(view: Parameters<typeof modelLook>[1], look: Parameters<typeof modelLook>[2]): string {
    try {
      return modelLook(this.#store, view, look);
    } catch (error) {
      if (error instanceof Killed) return 'killed';
      throw error;
    }
  }

  async #ensure(actor: Actor): Promise<void> {
    const view = await someView(this.#world, this.#random);
    const expected = this.#expectedMount(actor, view) ?? this.#expectedMount(actor, view) ?? 'ERR_MOUNT_NOT_FOUND';
    const actual = await actor.app.ensure(view);
    this.#trace.push(`${actor.name} ensures: ${actual}`);
    this.#count(`ensure: ${actual}`);
    this.#expect('it', actual, expected);
  }

  /** `undefined`: another process has moved on, and the app has heard of it now. */
  #expectedMount(actor: Actor, view: View): string | undefined {
    const wanted = actor.latest ?? actor.mounted;
    const release = this.#world.releases.find(({ digest }) => digest === wanted);
    if (release === undefined) return 'ERR_NO_CHANNEL';
    const local = this.#findsDownloads ? this.#local : actor.local;
    const missing = release.keys.filter((key) => !local.has(key) && !view.files.has(key));
    if (missing.length > 0) return 'ERR_SOURCE_MISSING';
    for (const key of release.keys) {
      actor.local.add(key);
      this.#local.add(key);
    }
    if (modelMount(this.#store, release.digest)) {
      actor.mounted = release.digest;
      return 'mounted';
    }
    actor.latest = modelLatest(this.#store)?.digest;
    return undefined;
  }

  async #restart(actor: Actor): Promise<void> {
    await actor.app.start();
    this.#trace.push(`${actor.name} starts again`);
    actor.mounted = modelRestart(this.#store);
    actor.latest = modelLatest(this.#store)?.digest;
    actor.local = new Set(this.#local);
  }

  async #check({ name, app, latest, mounted }: Actor): Promise<void> {
    this.#expect(`the newest release that ${name} knows`, app.latest, latest ?? mounted);
    const text = this.#world.releases.find(({ digest }) => digest === mounted)?.text ?? 'ERR_RESOURCE_NOT_FOUND';
    this.#expect(`what ${name} serves`, await app.read(), text);
  }

  #expect(what: string, actual: string | undefined, expected: string | undefined): void {
    if (actual === expected) return;
    throw new Violation(`${this.#trace.join('; ')}: ${what} is ${actual}, the model says ${expected}`);
  }
}

/** Root and floor of a store in short, and the release that its channel pointed at. */
async function keptOf(store: MountStore): Promise<{ readonly kept: string; readonly latest: string | undefined }> {
  const [root, floor, latest] = await Promise.all(
    ['trust/root', 'trust/floor/stable', 'trust/latest/stable'].map((key) => store.record(key)),
  );
  const { sequence = 0, digest, releaseSequence = 0, seenMs = 0 } = (floor ?? {}) as Partial<ModelStore['floor']>;
  const kept = [
    (root as { version?: number } | undefined)?.version ?? 1,
    sequence,
    digest ?? '',
    releaseSequence,
    seenMs,
  ];
  return { kept: kept.join(' '), latest: latestText((latest ?? undefined) as ModelStore['latest']) };
}

function latestText(latest: ModelStore['latest']): string | undefined {
  return latest && `${latest.digest} ${latest.revoked.join(' ')}`;
}

function keptOfModel({ root, floor }: ModelStore): string {
  return [root.version, floor.sequence, floor.digest ?? '', floor.releaseSequence, floor.seenMs].join(' ');
}

function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}
