import type { ListedObject, PublishTarget, TargetCallOptions } from './publish-target.js';

/** Says which of the waiting actors goes next, and what happens to its call. */
export interface Turn {
  readonly actor: string;
  /** Killed before the call does its work, or after it did and before it answers. Default: neither. */
  readonly killed?: 'before' | 'after' | undefined;
}

/** What a killed actor's call throws. */
export class Killed extends Error {}

interface Waiting {
  go(turn: Turn): void;
}

/**
 * Lets actors that share a target go one call at a time, in an order that the caller decides: between two decisions exactly
 * one call is made, and everybody else stands still. Actors must make their calls one after the other.
 */
export class Turnstile {
  readonly #waiting = new Map<string, Waiting>();
  #running = 0;
  #settle: (() => void) | undefined;

  /** Starts an actor; gives what came of it. */
  async start<T>(work: () => Promise<T>): Promise<PromiseSettledResult<T>> {
    this.#running += 1;
    const [result] = await Promise.allSettled([work()]);
    this.#stop();
    return result as PromiseSettledResult<T>;
  }

  /** The target as one actor sees it: each call waits for its turn. */
  target(actor: string, target: PublishTarget): PublishTarget {
    const turn = <T>(work: () => Promise<T>): Promise<T> => this.#turn(actor, work);
    const { remove } = target;
    return {
      name: target.name,
      capabilities: target.capabilities,
      head: (key, options) => turn(() => target.head(key, options)),
      get: (key, options) => turn(() => target.get(key, options)),
      put: (key, body, meta, options) => turn(() => target.put(key, body, meta, options)),
      putIf: (key, body, meta, condition, options) => turn(() => target.putIf(key, body, meta, condition, options)),
      async *list(prefix, options) {
        yield* await turn(() => listAll(target, prefix, options));
      },
      ...(remove && { remove: (key, options) => turn(() => remove(key, options)) }),
    };
  }

  /** Waits until nobody moves; gives the actors that wait for their turn. */
  async still(): Promise<readonly string[]> {
    while (this.#running > 0) {
      await new Promise<void>((resolve) => {
        this.#settle = resolve;
      });
    }
    return [...this.#waiting.keys()].sort();
  }

  /** Lets one actor make its call. */
  next(turn: Turn): void {
    const waiting = this.#waiting.get(turn.actor);
    if (waiting === undefined) throw new Error(`${turn.actor} does not wait`);
    this.#waiting.delete(turn.actor);
    this.#running += 1;
    waiting.go(turn);
  }

  async #turn<T>(actor: string, work: () => Promise<T>): Promise<T> {
    if (this.#waiting.has(actor)) throw new Error(`${actor} makes two calls at once`);
    const arrived = new Promise<Turn>((resolve) => this.#waiting.set(actor, { go: resolve }));
    this.#stop();
    const { killed } = await arrived;
    if (killed === 'before') throw new Killed('killed before the call');
    const result = await work();
    if (killed === 'after') throw new Killed('killed after the call');
    return result;
  }

  #stop(): void {
    this.#running -= 1;
    if (this.#running === 0) this.#settle?.();
  }
}

async function listAll(
  target: PublishTarget,
  prefix: string,
  options: TargetCallOptions | undefined,
): Promise<ListedObject[]> {
  const listed: ListedObject[] = [];
  for await (const object of target.list(prefix, options)) listed.push(object);
  return listed;
}
