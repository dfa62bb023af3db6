import {
  type ArchiveStore,
  type ArchiveWriter,
  type ByteSource,
  MountError,
  type MountStore,
} from '@lading/mount/client';
import { overlay } from './overlay.js';
import { pacedResponse } from './paced-response.js';

/**
 * Faults to try a game with, by switch: what players have, and developers do not. Put its `fetch` and its `wrapStore` between the
 * runtime and the real ones, in development only; with all switches off they do nothing.
 *
 * @example
 * const faults = new SimulatedFaults();
 * const store = faults.wrapStore(memoryStore());
 * const runtime = recordRuntime(await createRuntime({ store, fetch: faults.fetch, channel, keys }));
 * inspect(runtime, { store, faults });
 */
export class SimulatedFaults {
  /** Bodies come no faster than so many bytes a second. Default: as fast as they do. */
  bytesPerSecond: number | undefined;
  /** Requests fail as they do without a network. */
  isOffline = false;
  /** Writes into the store fail as they do where the browser's quota is used up (`ERR_STORE_FULL`). */
  isStoreFull = false;
  /** Every read from the store has one bit wrong. */
  corruptsReads = false;
  readonly #fetch: typeof fetch;

  /** @param inner - The `fetch` that answers where nothing is simulated. Default: the global one. */
  constructor(inner: typeof fetch = (...request) => fetch(...request)) {
    this.#fetch = inner;
  }

  /** `fetch` with these faults. */
  readonly fetch: typeof fetch = async (...request) => {
    if (this.isOffline) throw new TypeError('Failed to fetch (the inspector simulates that there is no network)');
    const response = await this.#fetch(...request);
    return this.bytesPerSecond === undefined ? response : pacedResponse(response, this.bytesPerSecond);
  };

  /** A store with these faults. */
  wrapStore(store: MountStore): MountStore {
    return overlay(store, { archives: this.#wrapArchives(store.archives) });
  }

  #wrapArchives(archives: ArchiveStore): ArchiveStore {
    return overlay(archives, {
      open: async (...call: Parameters<ArchiveStore['open']>) => {
        const source = await archives.open(...call);
        return source && this.#wrapSource(source);
      },
      openWriter: async (...call: Parameters<ArchiveStore['openWriter']>) =>
        this.#wrapWriter(await archives.openWriter(...call)),
    });
  }

  #wrapSource(source: ByteSource): ByteSource {
    return overlay(source, {
      read: async (...call: Parameters<ByteSource['read']>) => {
        const bytes = await source.read(...call);
        if (!this.corruptsReads || bytes.length === 0) return bytes;
        const broken = bytes.slice(); // The store may have given its own memory.
        const middle = broken.length >> 1;
        broken[middle] = (broken[middle] ?? 0) ^ 1;
        return broken;
      },
    });
  }

  #wrapWriter(writer: ArchiveWriter): ArchiveWriter {
    return overlay(writer, {
      append: async (bytes: Uint8Array) => {
        if (!this.isStoreFull) return writer.append(bytes);
        throw new MountError('ERR_STORE_FULL', 'The store has no room left (the inspector simulates it)');
      },
    });
  }
}
