import { isLadingError } from '@lading/manifest/client';
import type { ByteSource } from './byte-source.js';
import type { ContentOrigin } from './content-origin.js';

/**
 * Makes one content origin of several that hold the same layout: a CDN and the bucket behind it, two regions. Each call goes to
 * the one that served last; where that one fails, the next is asked, and a download goes on there with the next byte. Nothing has
 * to be trusted: documents are signed and bytes have digests, so a mirror that lags or lies is a mirror that fails.
 *
 * An object is absent where every origin says so; where one of them could not say, its error is thrown. Only of a newer root the
 * word of one is enough: nothing is hidden by it, as a channel that is signed for a newer root is refused until that can be read.
 * Wrong bytes are noticed by who checks them, and `refuse` takes the next try to the next mirror.
 *
 * @throws Error where the list is empty.
 * @example
 * const origin = mirroredOrigin([httpOrigin('https://cdn.example.com/game/'), httpOrigin('https://bucket.example.com/game/')]);
 */
export function mirroredOrigin(origins: readonly ContentOrigin[]): ContentOrigin {
  const mirrors = new Mirrors(origins);
  return {
    name: origins.map(({ name }) => name).join(', '),
    fetch: (key, options) => fetchAny(mirrors, key, options),
    open: async (key, options) => mirroredSource(mirrors, key, options),
    stream: (key, options) => streamAny(mirrors, key, options),
    refuse: (times) => {
      mirrors.turn();
      return times < origins.length;
    },
    ...(origins.some(({ list }) => list !== undefined)
      ? { list: (options) => mirrors.first(options?.signal, async (origin) => origin.list?.(options)) as never }
      : {}),
  };
}

/** The origins, the one that served last first. */
class Mirrors {
  readonly #origins: readonly ContentOrigin[];
  #best = 0;

  constructor(origins: readonly ContentOrigin[]) {
    if (origins.length === 0) throw new Error('mirroredOrigin needs an origin');
    this.#origins = origins;
  }

  get name(): string {
    return this.#origins[this.#best]?.name ?? '';
  }

  get count(): number {
    return this.#origins.length;
  }

  /** Asks one after the other until one gives something; `undefined` where none of them has it, or one of them where `isOneEnough`. */
  async first<T>(
    signal: AbortSignal | undefined,
    ask: (origin: ContentOrigin) => Promise<T | undefined>,
    isOneEnough = false,
  ): Promise<T | undefined> {
    let isAbsent = false;
    let failure: { readonly error: unknown } | undefined;
    const start = this.#best;
    for (let i = 0; i < this.#origins.length; i++) {
      const index = (start + i) % this.#origins.length;
      const origin = this.#origins[index];
      if (origin === undefined) continue;
      try {
        const found = await ask(origin);
        isAbsent ||= found === undefined;
        if (found === undefined) continue;
        this.#best = index;
        return found;
      } catch (error) {
        signal?.throwIfAborted();
        failure ??= { error };
      }
    }
    if (failure !== undefined && !(isAbsent && isOneEnough)) throw failure.error;
    return undefined;
  }

  /** The one that served last has failed: others come first from now on. */
  turn(): void {
    this.#best = (this.#best + 1) % this.#origins.length;
  }

  get current(): ContentOrigin {
    return this.#origins[this.#best] as ContentOrigin;
  }
}

function fetchAny(
  mirrors: Mirrors,
  key: string,
  options: Parameters<ContentOrigin['fetch']>[1],
): Promise<Uint8Array | undefined> {
  return mirrors.first(options.signal, (origin) => origin.fetch(key, options), key.startsWith('root/'));
}

function mirroredSource(mirrors: Mirrors, key: string, options: Parameters<ContentOrigin['open']>[1]): ByteSource {
  const sources = new Map<ContentOrigin, Promise<ByteSource>>();
  const sourceOf = (origin: ContentOrigin): Promise<ByteSource> => {
    const known = sources.get(origin) ?? origin.open(key, options);
    sources.set(origin, known);
    known.catch(() => sources.delete(origin)); // The next read may have more luck.
    return known;
  };
  return {
    name: mirrors.name,
    sizeBytes: options.sizeBytes,
    async read(offset, length, read = {}) {
      const bytes = await mirrors.first(read.signal, async (origin) =>
        (await sourceOf(origin)).read(offset, length, read),
      );
      if (bytes === undefined) throw new Error('unreachable: a read gives bytes or throws');
      return bytes;
    },
    close: async () => {
      const opened = await Promise.allSettled(sources.values());
      await Promise.all(opened.map(async (one) => (one.status === 'fulfilled' ? one.value.close?.() : undefined)));
    },
  };
}

async function* streamAny(
  mirrors: Mirrors,
  key: string,
  options: Parameters<ContentOrigin['stream']>[1],
): AsyncGenerator<Uint8Array> {
  let { offset } = options;
  for (let failures = 0; ; ) {
    const before = offset;
    try {
      for await (const chunk of mirrors.current.stream(key, { ...options, offset })) {
        yield chunk;
        offset += chunk.length;
      }
      return;
    } catch (error) {
      options.signal?.throwIfAborted();
      if (!isLadingError(error)) throw error;
      mirrors.turn();
      failures = offset > before ? 1 : failures + 1;
      if (failures >= mirrors.count) throw error;
    }
  }
}
