import { rmSync } from 'node:fs';
import type { Step } from './publish-gallery.js';
import { type LadingCommand, runLading } from './run-lading.js';

/** What to pull, from where, whom to trust. */
export interface Pull {
  /** URL of the channel document. */
  readonly channel: string;
  readonly room: string;
  readonly keys: string;
  /** Emptied first. */
  readonly to: string;
}

const HIGH = ['--variant', 'resolution=high,low'];

/** Pulls one room over HTTP into an empty folder, as a player's client does. */
export async function pullRoom(
  lading: LadingCommand,
  { channel, room, keys, to }: Pull,
): Promise<Omit<Step, 'step' | 'ms'>> {
  rmSync(to, { recursive: true, force: true });
  const { receivedBytes } = await runLading(
    lading,
    'pull',
    channel,
    '--root',
    room,
    '--to',
    to,
    '--trust',
    keys,
    ...HIGH,
  );
  return { what: `${room} over HTTP into an empty folder, verified`, bytes: Number(receivedBytes) };
}
