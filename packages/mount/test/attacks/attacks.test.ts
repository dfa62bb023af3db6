import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { bundleEdited } from '@lading/fixtures';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Attack } from './attack.js';
import { type AttackServer, startAttackServer } from './attack-server.js';
import { ATTACKS } from './attack-table.js';
import { type AttackTranscripts, transcriptsOf } from './attack-transcripts.js';
import { documentedCodes } from './documented-codes.js';
import { playTranscript } from './play-transcript.js';
import { createScene, type Scene } from './scene.js';
import type { Outcome, Transcript } from './transcript.js';

const LONG = process.env.LADING_LONG !== undefined;
const PLAYER = fileURLToPath(new URL('play-transcript.ts', import.meta.url));

let server: AttackServer;
let scene: Scene;
let folder: string;
const rows: string[] = [];

beforeAll(async () => {
  server = await startAttackServer();
  scene = await createScene(server.serve);
  folder = await mkdtemp(join(tmpdir(), 'lading-mutants-'));
});
afterAll(async () => {
  await server?.close();
  await rm(folder, { recursive: true, force: true });
  if (LONG) console.info(`attack | refused with | without the attack | without the check\n${rows.join('\n')}`);
});

/** Plays a transcript on the client with some of its source changed. */
async function playMutant({ id, mutant }: Attack, transcript: Transcript): Promise<Outcome> {
  const file = join(folder, `${id}.mjs`);
  await writeFile(file, await bundleEdited(PLAYER, mutant));
  const client = (await import(/* @vite-ignore */ pathToFileURL(file).href)) as {
    playTranscript: typeof playTranscript;
  };
  return client.playTranscript(transcript);
}

describe('64 attacks on an app that follows a channel', () => {
  test.each(ATTACKS.map((attack) => [attack.id, attack.says, attack] as const))('%s: %s', async (_, __, attack) => {
    const { refused, control }: AttackTranscripts = await transcriptsOf(attack, scene);
    const outcome = await playTranscript(refused);
    expect(outcome.verdict, 'the attack').toBe(attack.code);
    if (attack.breaks !== true) expect(outcome.lost, 'what ran before').toEqual([]);
    expect(await playTranscript(control), 'the same without the attack').toEqual({ verdict: 'accepted', lost: [] });
    const { verdict, lost } = await playMutant(attack, refused);
    const gained = lost.length > 0 ? 'lost' : verdict;
    expect(gained, 'the attack where its check is missing').toBe(attack.gains ?? 'accepted');
    rows.push(`${attack.id} ${attack.says} | ${outcome.verdict} | accepted | ${gained}`);
  });

  test('are 64, numbered without a gap, each with a mutant', () => {
    const ids = Array.from({ length: 64 }, (_, i) => `U${String(i + 1).padStart(2, '0')}`);
    expect(ATTACKS.map(({ id }) => id)).toEqual(ids);
    expect(ATTACKS.filter(({ mutant }) => mutant.length === 0)).toEqual([]);
    expect(new Set(ATTACKS.map(({ mutant }) => JSON.stringify(mutant))).size).toBe(64);
  });

  test('are refused with codes that the READMEs explain', () => {
    const documented = documentedCodes();
    const codes = ATTACKS.map(({ code }) => code).filter((code) => code !== 'stale');
    expect(codes.filter((code) => !documented.has(code))).toEqual([]);
  });
});
