import type { Runtime } from '@lading/mount';
import type { SoundSwitch } from './room-view.js';

/** Plays the sounds of rooms, one at a time; their bytes come through the mount stack as the pictures' do. */
export class RoomSound {
  readonly #runtime: Runtime;
  #audio: HTMLAudioElement | undefined;

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  /** Stops what plays and gives the switch of another room's sound. */
  switchTo(path: string, onError: (error: unknown) => void): SoundSwitch {
    this.stop();
    return {
      isPlaying: () => this.#audio !== undefined,
      toggle: () => this.#toggle(path).catch(onError),
    };
  }

  stop(): void {
    if (!this.#audio) return;
    this.#audio.pause();
    URL.revokeObjectURL(this.#audio.src);
    this.#audio = undefined;
  }

  async #toggle(path: string): Promise<void> {
    if (this.#audio) return this.stop();
    this.#audio = new Audio(await this.#runtime.url(path));
    this.#audio.loop = true;
    await this.#audio.play();
  }
}
