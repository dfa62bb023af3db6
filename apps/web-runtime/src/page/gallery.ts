import type { Runtime } from '@lading/mount';
import { part } from './element.js';
import type { GalleryConfig, RoomDoor } from './gallery-config.js';
import { showMounts } from './mount-panel.js';
import { describeProblem, problemCard } from './problem-card.js';
import { type RoomContent, readRoom } from './room-content.js';
import { RoomSound } from './room-sound.js';
import { createRoomTile, type RoomTile } from './room-tile.js';
import { showRoom } from './room-view.js';
import type { TransferBill } from './transfer-bill.js';

/** What the gallery works with. */
export interface GalleryParts {
  readonly runtime: Runtime;
  readonly bill: TransferBill;
  readonly log: (text: string, kind?: 'good' | 'bad') => void;
}

/** The rooms of a channel: downloads what a room needs when it is entered, and shows it from the mounted archives. */
export class Gallery {
  readonly #parts: GalleryParts;
  readonly #sound: RoomSound;
  readonly #tiles = new Map<string, RoomTile>();
  readonly #rooms = new Map<string, RoomContent>();
  #download: AbortController | undefined;
  #open: string | undefined;

  constructor(config: GalleryConfig, parts: GalleryParts) {
    this.#parts = parts;
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
      if (room) tile.showHere(room.pictures[0]?.url, path === this.#open);
      else if (tile.node.dataset.state !== 'loading') tile.showCost(runtime.missing(path));
    }
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
      const room = this.#rooms.get(door.path) ?? (await this.#fetchRoom(door, download.signal));
      this.#rooms.set(door.path, room);
      this.#show(door, room);
    } catch (error) {
      this.#tiles.get(door.path)?.node.setAttribute('data-state', 'away');
      if (download.signal.aborted) this.#parts.log(`${door.title}: cancelled`);
      else this.#showProblem(door, error);
    }
    this.refresh();
  }

  async #fetchRoom(door: RoomDoor, signal: AbortSignal): Promise<RoomContent> {
    const { runtime, bill } = this.#parts;
    const missing = runtime.missing(door.path);
    bill.plan(missing.bytes);
    this.#say(`${door.title}: downloading ${missing.bytes} bytes`);
    await runtime.ensure(door.path, {
      signal,
      onProgress: (progress) => this.#tiles.get(door.path)?.showProgress(progress),
    });
    return readRoom(runtime, door.path);
  }

  #show(door: RoomDoor, room: RoomContent): void {
    this.#open = door.path;
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
