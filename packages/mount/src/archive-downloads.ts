import { loadPart, type ReleaseArchive } from '@lading/manifest/client';
import type { ArchiveShelf } from './archive-shelf.js';
import type { DownloadCall } from './download-flight.js';
import type { Downloader, DownloaderOptions } from './downloader.js';

/** Brings archives into the store. What downloads is loaded with the first download: a session may read remote archives alone. */
export class ArchiveDownloads {
  readonly #options: DownloaderOptions;
  #downloader: Promise<Downloader> | undefined;

  constructor(options: DownloaderOptions) {
    this.#options = options;
  }

  /** What the store has. */
  get shelf(): ArchiveShelf {
    return this.#options.shelf;
  }

  /** Resolves when an archive is in the store, whole and verified. One download per archive, however many ask for it. */
  async fetch(archive: ReleaseArchive, call: DownloadCall = {}): Promise<void> {
    call.signal?.throwIfAborted();
    if (this.shelf.isLocal(archive)) return;
    this.#downloader ??= this.#load();
    await (await this.#downloader).fetch(archive, call);
  }

  /** Resolves when every download that was broken off has put its bytes away. */
  async settle(): Promise<void> {
    const [loaded] = await Promise.allSettled([this.#downloader]);
    if (loaded.status === 'fulfilled') await loaded.value?.settle();
  }

  async #load(): Promise<Downloader> {
    try {
      const { Downloader } = await loadPart(() => import('./downloader.js'));
      return new Downloader(this.#options);
    } catch (error) {
      this.#downloader = undefined; // The next download may have more luck.
      throw error;
    }
  }
}
