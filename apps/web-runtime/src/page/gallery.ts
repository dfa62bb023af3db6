import { httpSource, type Runtime } from '@lading/mount';
import { part } from './element.js';
import type { GalleryConfig, RoomDoor, ThemeFile } from './gallery-config.js';
import { showMounts } from './mount-panel.js';
import { describeProblem, problemCard } from './problem-card.js';
import { type RoomContent, readRoom, releaseRoom } from './room-content.js';
import { RoomSound } from './room-sound.js';
import { createRoomTile, type RoomTile } from './room-tile.js';
import { showRoom, swapPictures } from './room-view.js';
import type { TransferBill } from './transfer-bill.js';
import { type RoomBill, roomBill } from './update-bill.js';

/** What the gallery works with. */
export interface GalleryParts {
  readonly runtime: Runtime;
  readonly bill: TransferBill;
  readonly fetch: typeof fetch;
  readonly log: (text: string, kind?: 'good' | 'bad') => void;
}

/** Above everything that a release brings. */
const THEME_PRIORITY = 100;

/** The rooms of a channel: downloads what a room needs when it is entered, and shows it from the mounted archives. */
export class Gallery {
  readonly #parts: GalleryParts;
  readonly #sound: RoomSound;
  readonly #doors: readonly RoomDoor[];
  readonly #tiles = new Map<string, RoomTile>();
  readonly #rooms = new Map<string, RoomContent>();
  #download: AbortController | undefined;
  #open: RoomDoor | undefined;

  constructor(config: GalleryConfig, parts: GalleryParts) {
    this.#parts = parts;
    this.#doors = config.rooms;
    this.#sound = new RoomSound(parts.runtime);
    part('title').textContent = config.title;
    for (const door of config.rooms) this.#tiles.set(door.path, this.#createTile(door));
    part('rooms').replaceChildren(...[...this.#tiles.values()].map(({ node }) => node));
  }

  /** Brings tiles and mount stack up to what is there now. */
  refresh(): void {
    const { runtime } = this.#parts;
    showMounts(part('mounts'), runtime.mounts());
    for (const [path, tile] of this.#tiles) {
      const room = this.#rooms.get(path);
      const missing = runtime.missing(path);
      if (tile.node.dataset.state === 'loading') continue;
      if (room !== undefined && missing.bytes === 0) tile.showHere(room.pictures[0]?.url, path === this.#open?.path);
      else tile.showCost(missing, room === undefined ? 'Enter' : 'Update');
    }
  }

  /** Asks the channel for news. Gives what they cost in each room that was entered, before anything of it is downloaded. */
  async lookForNews(): Promise<{ readonly version: string | undefined; readonly bills: readonly RoomBill[] }> {
    const { runtime } = this.#parts;
    const { latest } = await runtime.refresh();
    this.refresh();
    const visited = this.#doors.filter(({ path }) => this.#rooms.has(path));
    return { version: latest?.version, bills: visited.map((door) => roomBill(runtime, door)) };
  }

  /** Shows content in one resolution first: the open room is brought up to it in place, other rooms when they are entered. */
  async showIn(resolution: string, others: readonly string[]): Promise<void> {
    const { runtime } = this.#parts;
    await runtime.setVariants({ resolution: [resolution, ...others] });
    if (this.#open !== undefined) await this.#ensure(this.#open, undefined);
    await this.#readAgain();
  }

  /** Mounts a theme above everything, read by ranges from where it lies, or takes it away. */
  async wear(theme: ThemeFile, isOn: boolean): Promise<void> {
    const { runtime, fetch } = this.#parts;
    if (isOn) {
      const source = await httpSource(theme.archive, { fetch });
      await runtime.addMount({
        ...{ name: theme.name, priority: THEME_PRIORITY, source, mode: 'remote' },
        ...{ allow: ['/pictures/**'], dataOnly: true },
      });
    } else {
      await runtime.removeMount(theme.name);
    }
    await this.#readAgain();
  }

  /** Reads the open room from what is mounted now, and swaps its pictures where they stand. */
  async #readAgain(): Promise<void> {
    if (this.#open !== undefined) {
      const room = await readRoom(this.#parts.runtime, this.#open.path);
      swapPictures(part('room'), room);
      this.#keep(this.#open, room);
    }
    this.refresh();
  }

  #createTile(door: RoomDoor): RoomTile {
    return createRoomTile(door, {
      enter: () => void this.#enter(door),
      cancel: () => this.#download?.abort(new DOMException('The download was cancelled', 'AbortError')),
    });
  }

  async #enter(door: RoomDoor): Promise<void> {
    this.#download?.abort(new DOMException('Another room was entered', 'AbortError'));
    const download = new AbortController();
    this.#download = download;
    try {
      await this.#ensure(door, download.signal);
      const room = await readRoom(this.#parts.runtime, door.path);
      this.#show(door, room);
      this.#keep(door, room);
    } catch (error) {
      if (download.signal.aborted) this.#parts.log(`${door.title}: cancelled`);
      else this.#showProblem(door, error);
    }
    this.refresh();
  }

  async #ensure({ path, title }: RoomDoor, signal: AbortSignal | undefined): Promise<void> {
    const { runtime, bill } = this.#parts;
    const missing = runtime.missing(path);
    bill.plan(missing.bytes);
    if (missing.bytes > 0) this.#say(`${title}: downloading ${missing.bytes} bytes`);
    const tile = this.#tiles.get(path);
    try {
      await runtime.ensure(path, { signal, onProgress: (progress) => tile?.showProgress(progress) });
    } finally {
      tile?.node.setAttribute('data-state', 'away');
    }
  }

  #keep({ path }: RoomDoor, room: RoomContent): void {
    const before = this.#rooms.get(path);
    this.#rooms.set(path, room);
    if (before !== undefined) releaseRoom(before);
  }

  #show(door: RoomDoor, room: RoomContent): void {
    this.#open = door;
    part('problems').replaceChildren();
    const sound = this.#sound.switchTo(room.ambience, (error) => this.#showProblem(door, error));
    showRoom(part('room'), room, sound);
    this.#say(`${door.title}: ${room.pictures.length} pictures, all verified`);
  }

  #showProblem(door: RoomDoor, error: unknown): void {
    const { code, message } = describeProblem(error);
    this.#parts.log(`${door.title}: ${code}: ${message}`, 'bad');
    part('problems').replaceChildren(problemCard(`${door.title} cannot be shown`, error, () => void this.#enter(door)));
  }

  #say(text: string): void {
    this.#parts.log(text);
    part('status').textContent = text;
  }
}
