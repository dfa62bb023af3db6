import { isLadingError } from '@lading/manifest';
import {
  type ContentOrigin,
  createRuntime,
  httpOrigin,
  MountError,
  type MountStore,
  memoryOrigin,
  memorySource,
  memoryStore,
  mirroredOrigin,
  type Runtime,
  type RuntimeEvent,
} from '@lading/mount';
import {
  type Ask,
  type Files,
  type Network,
  type Outcome,
  TODAY,
  type Transcript,
  type Verdict,
  type Visit,
} from './transcript.js';

/**
 * Plays a transcript as an app would live through it, and says how its last visit ends. Runs wherever the runtime runs: it
 * knows neither keys nor how anything was forged.
 *
 * @throws Error where a visit before the last one ends otherwise than the transcript says.
 */
export async function playTranscript({ install, visits }: Transcript): Promise<Outcome> {
  const player = new Player(install);
  try {
    for (const visit of visits.slice(0, -1)) {
      const verdict = await player.play(visit);
      const expected = visit.ends ?? 'accepted';
      if (verdict !== expected) throw new Error(`an earlier visit ends with ${verdict}, expected ${expected}`);
    }
    const last = visits.at(-1);
    if (last === undefined) throw new Error('a transcript has at least one visit');
    const verdict = await player.play(last);
    return { verdict, lost: verdict === 'accepted' ? [] : await player.lost() };
  } finally {
    await player.close();
  }
}

class Player {
  readonly #install: Transcript['install'];
  readonly #served = new Map<string, string>();
  #store: MountStore = memoryStore();
  #runtime: Runtime | undefined;
  #network: Network = { files: {} };
  #now: string = TODAY;

  constructor(install: Transcript['install']) {
    this.#install = install;
  }

  async play(visit: Visit): Promise<Verdict> {
    const { network, now = TODAY, start = 'again', asks } = visit;
    this.#network = network;
    this.#now = now;
    try {
      const news = start === 'goes on' ? await this.#look() : await this.#begin(visit);
      if (news !== 'accepted') return news;
      for (const ask of asks) await this.#ask(ask);
      return 'accepted';
    } catch (error) {
      return verdictOf(error);
    }
  }

  /** What served once and does not any more; without a runtime nothing does. */
  async lost(): Promise<string[]> {
    const lost: string[] = [];
    for (const [path, text] of this.#served) {
      const actual = await this.#read(path).catch(verdictOf);
      if (actual !== text) lost.push(`${path}: ${actual}`);
    }
    return lost;
  }

  async close(): Promise<void> {
    await this.#runtime?.close();
    this.#runtime = undefined;
  }

  /** A new process. What it finds wrong with the channel is an error where it has nothing to run with, else an event. */
  async #begin({ start, disk }: Visit): Promise<Verdict> {
    await this.close();
    if (start === 'wiped') {
      this.#store = memoryStore();
      this.#served.clear();
    }
    let news: Verdict = 'accepted';
    const onEvent = (event: RuntimeEvent): void => {
      if (event.type === 'refreshFailed' || event.type === 'mountDropped') news = verdictOf(event.error);
      if (event.type === 'stale') news = 'stale';
    };
    const store = disk === undefined ? this.#store : withDisk(this.#store, disk);
    const origin = this.#origin();
    this.#runtime = await createRuntime({
      ...this.#install,
      store,
      origin,
      now: () => new Date(this.#now),
      onEvent,
      ...PATIENCE,
    });
    return news;
  }

  async #look(): Promise<Verdict> {
    const { outcome } = await this.#running.refresh();
    return outcome === 'stale' ? 'stale' : 'accepted';
  }

  async #ask(ask: Ask): Promise<void> {
    if ('ensure' in ask) await this.#running.ensure(ask.ensure);
    else if ('mount' in ask) await this.#running.addMount({ name: ask.mount, archive: ask.mount, mode: 'remote' });
    else {
      const text = await this.#read(ask.read);
      if (text !== ask.gives) throw new Error(`${ask.read} gives ${JSON.stringify(text)}`);
      this.#served.set(ask.read, text);
    }
  }

  async #read(path: string): Promise<string> {
    return new TextDecoder().decode(await this.#running.read(path));
  }

  get #running(): Runtime {
    if (this.#runtime === undefined) throw new Error('the app does not run');
    return this.#runtime;
  }

  /** The network of the moment: the same process sees it change. */
  #origin(): ContentOrigin {
    const current = (): ContentOrigin => originOf(this.#network);
    return {
      name: 'network',
      fetch: (key, options) => current().fetch(key, options),
      open: (key, options) => current().open(key, options),
      stream: (key, options) => current().stream(key, options),
    };
  }
}

/** One try: nobody waits for a server to get well. */
const PATIENCE = { attempts: 1, retryDelayMs: 1 };

function originOf(network: Network): ContentOrigin {
  if ('url' in network) {
    return httpOrigin(network.url, {
      stallTimeoutMs: network.patienceMs,
      minBytesPerSecond: 4_096,
      retry: { attempts: 1 },
    });
  }
  if ('files' in network) return memoryOrigin(new Map(Object.entries(network.files)));
  return mirroredOrigin(
    network.mirrors.map((files) => (files === 'down' ? DOWN : memoryOrigin(new Map(Object.entries(files))))),
  );
}

const unreachable = (): never => {
  throw new MountError('ERR_SOURCE_UNREACHABLE', 'down: the request failed', { retryable: true });
};
const DOWN: ContentOrigin = {
  name: 'down',
  fetch: async () => unreachable(),
  open: async () => unreachable(),
  // biome-ignore lint/correctness/useYield: there is nothing to give
  async *stream() {
    unreachable();
  },
};

function withDisk(store: MountStore, disk: Files): MountStore {
  return {
    ...store,
    archives: {
      ...store.archives,
      async open(digest) {
        const bytes = disk[digest];
        return bytes === undefined ? store.archives.open(digest) : memorySource(bytes, digest);
      },
    },
  };
}

function verdictOf(error: unknown): Verdict {
  return isLadingError(error) ? error.code : String(error);
}
