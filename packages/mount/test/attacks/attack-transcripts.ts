import type { Attack } from './attack.js';
import type { Scene } from './scene.js';
import type { Transcript } from './transcript.js';

/** What an app lives through under an attack, and the same without it. */
export interface AttackTranscripts {
  readonly refused: Transcript;
  readonly control: Transcript;
}

/** Forges the documents of an attack. They are data: whoever plays them knows neither keys nor tricks. */
export async function transcriptsOf({ play }: Attack, scene: Scene): Promise<AttackTranscripts> {
  const { install, before = [], attack, control } = await play(scene);
  const whole = { keys: scene.root, project: 'game', ...install };
  return {
    refused: { install: whole, visits: [...before, attack] },
    control: { install: whole, visits: [...before, control] },
  };
}
