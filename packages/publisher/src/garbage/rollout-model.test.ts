import { describe, expect, it } from 'vitest';
import type { PublishedChannel } from '../published.js';
import { stayingDocuments } from './live-documents.js';
import { GRACE_MS, LIFE_MS, RolloutModel, type Rule, randomFrom } from './rollout-model.fixture.js';

const STEPS = 300;
const RUNS = process.env.LADING_LONG === undefined ? 200 : 20_000;

/** What the code does. */
const rule: Rule = (channels, nowMs) => {
  const options = { now: new Date(nowMs), graceMs: GRACE_MS, lifeMs: LIFE_MS, keepReleases: 1 };
  return stayingDocuments({ channels }, options).map(({ document }) => document);
};

const isForAll = ({ channel }: PublishedChannel): boolean => (channel.rollout ?? 100) === 100;
const claimable: Rule = (documents, nowMs) =>
  documents.filter(({ isCurrent, channel }) => isCurrent || Date.parse(channel.expiresAt) + GRACE_MS >= nowMs);

/** From a document back to the one for all that was before it. */
function backToAll(documents: readonly PublishedChannel[], from: number): readonly PublishedChannel[] {
  const at = documents.findIndex((one, i) => i >= from && isForAll(one));
  return documents.slice(from, at < 0 ? undefined : at + 1);
}

/** Rules that forget somebody. */
const FORGETFUL: Readonly<Record<string, Rule>> = {
  'who is outside a rollout': claimable,
  'who was in the share of a rollout before': (documents, nowMs) => [
    ...claimable(documents, nowMs),
    ...documents.filter(isForAll).slice(0, 1),
  ],
  'who read a document before the rollout ended': (documents, nowMs) => [
    ...claimable(documents, nowMs),
    ...backToAll(documents, 0),
  ],
  'who did not read the document before the rollout': (documents, nowMs) =>
    claimable(documents, nowMs).flatMap((one) => backToAll(documents, documents.indexOf(one))),
};

/** Goes random ways; says how many were deleted, and which seed found that somebody lacks something. */
function search(of: Rule): { readonly deleted: number; readonly caught: number | undefined } {
  let deleted = 0;
  for (let seed = 0; seed < RUNS; seed++) {
    const model = new RolloutModel(randomFrom(seed), of);
    try {
      for (let step = 0; step < STEPS; step++) model.step();
    } catch (error) {
      expect(String(error)).toMatch(/install \d+ lacks/);
      return { deleted, caught: seed };
    }
    deleted += model.deleted;
  }
  return { deleted, caught: undefined };
}

describe('staged rollouts, revocations and garbage collections', () => {
  it('leave everything to every install that reads the channel in time, whichever release it is on', () => {
    const { deleted, caught } = search(rule);
    expect(caught, 'seed').toBeUndefined();
    expect(deleted / RUNS, 'and garbage is collected').toBeGreaterThan(20);
    console.info(`publisher: ${RUNS} random ways of ${STEPS} steps, ${deleted} releases and documents collected`);
  }, 3_600_000);

  it.each(Object.keys(FORGETFUL))('would be noticed: a collection that forgets %s', (name) => {
    expect(search(FORGETFUL[name] ?? rule).caught, 'seed that finds it').toBeDefined();
  });
});
