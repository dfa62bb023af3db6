import { playTranscript } from './play-transcript.js';
import type { Outcome } from './transcript.js';
import { readTranscripts } from './transcript.js';

/** What the page of the attacks has on its global object. */
export interface PagePlayer {
  playTranscripts(json: string): Promise<readonly Outcome[]>;
}

/** Plays transcripts one after the other, as JSON on both sides of the page's border. */
async function playTranscripts(json: string): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const transcript of readTranscripts(json)) outcomes.push(await playTranscript(transcript));
  return outcomes;
}

Object.assign(globalThis, { playTranscripts } satisfies PagePlayer);
