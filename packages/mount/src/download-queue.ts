import { shareTurns } from './download-turns.js';

/** A download in the queue, as far as the queue looks at it; both may change while it waits or runs. */
export interface DownloadTicket {
  readonly priority: number;
  readonly callers: readonly object[];
}

interface Job {
  readonly ticket: DownloadTicket;
  readonly order: number;
  state: 'waiting' | 'running' | 'pausing';
  /** Ends the turn. */
  pause: AbortController;
  /** Begins the turn. */
  begin: () => void;
}

/**
 * Lets so many downloads run at a time, the most urgent ones. One that has to make way is told so by the signal of its turn, puts its
 * bytes away, and has another turn later.
 */
export class DownloadQueue {
  readonly #limit: number;
  readonly #jobs = new Set<Job>();
  readonly #lastTurns = new WeakMap<object, number>();
  #turns = 0;
  #orders = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * Runs a task when it is its turn, again after each turn that was taken from it.
   *
   * @param task - Gets a signal that aborts when the turn is over; what it throws then is not an error of the task.
   * @param signal - Ends the waiting; the task has to listen for itself.
   */
  async run<T>(ticket: DownloadTicket, task: (turn: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> {
    const job: Job = {
      ticket,
      order: ++this.#orders,
      state: 'waiting',
      pause: new AbortController(),
      begin: () => undefined,
    };
    this.#jobs.add(job);
    try {
      for (;;) {
        await this.#turn(job, signal);
        try {
          return await task(job.pause.signal);
        } catch (error) {
          if (!job.pause.signal.aborted || signal.aborted) throw error;
        } finally {
          job.state = 'waiting';
        }
      }
    } finally {
      this.#jobs.delete(job);
      this.share();
    }
  }

  /** Gives turns to those who should have them: to be called when a ticket has changed. */
  share(): void {
    const jobs = [...this.#jobs];
    const seekers = jobs.map((job) => {
      const { priority, callers } = job.ticket;
      return { job, priority, callers, isRunning: job.state === 'running', order: job.order };
    });
    const lastTurn = (caller: object): number => this.#lastTurns.get(caller) ?? 0;
    const chosen = shareTurns(seekers, { limit: this.#limit, lastTurn }).map(({ job }) => job);
    for (const job of jobs) if (job.state === 'running' && !chosen.includes(job)) end(job);
    let free = this.#limit - jobs.filter(({ state }) => state !== 'waiting').length;
    for (const job of chosen) {
      if (job.state !== 'waiting' || free-- <= 0) continue;
      for (const caller of job.ticket.callers) this.#lastTurns.set(caller, ++this.#turns);
      job.state = 'running';
      job.begin();
    }
  }

  async #turn(job: Job, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    job.pause = new AbortController();
    await new Promise<void>((resolve, reject) => {
      const onAbort = (): void => reject(signal.reason);
      signal.addEventListener('abort', onAbort, { once: true });
      job.begin = () => {
        signal.removeEventListener('abort', onAbort);
        resolve();
      };
      this.share();
    });
  }
}

function end(job: Job): void {
  job.state = 'pausing';
  job.pause.abort(new Error('The download makes way for a more urgent one'));
}
