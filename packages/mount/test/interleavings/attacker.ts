import { channelKey, releaseKey, rootKey } from '@lading/manifest';
import type { ModelChannel } from './trust-model.js';
import { DAY_MS, type View, type World } from './world.js';

/** A random whole number below a limit. */
export type Random = (limit: number) => number;

const CHANNEL = channelKey('stable');

/** What an app sees when it looks: mostly the truth, else what somebody between makes of what he has. */
export async function someView(world: World, random: Random): Promise<View> {
  const dice = random(100);
  if (dice < 55) return world.current;
  if (dice < 70) return pick(world.history, random);
  if (dice < 78) return mixed(world, random);
  if (dice < 82)
    return { ...world.current, files: new Map(), roots: new Map(), channel: undefined, releases: new Map() };
  if (dice < 88) return without(world.current, random);
  return forged(world, random);
}

/** Each document from another time. */
function mixed({ history }: World, random: Random): View {
  const [roots, channel, releases] = [pick(history, random), pick(history, random), pick(history, random)];
  const files = new Map(releases.files);
  for (const version of releases.roots.keys()) files.delete(rootKey(version));
  for (const version of roots.roots.keys())
    files.set(rootKey(version), roots.files.get(rootKey(version)) as Uint8Array);
  files.set(CHANNEL, channel.files.get(CHANNEL) as Uint8Array);
  return { files, roots: roots.roots, channel: channel.channel, releases: releases.releases };
}

/** The newest release, root or channel is held back. */
function without(view: View, random: Random): View {
  const files = new Map(view.files);
  if (random(2) === 0 && view.channel !== undefined) {
    const { digest } = view.channel.release;
    files.delete(releaseKey(digest as never));
    const releases = new Map(view.releases);
    releases.delete(digest);
    return { ...view, files, releases };
  }
  const newest = Math.max(...view.roots.keys());
  if (newest === 1) return view;
  files.delete(rootKey(newest));
  const roots = new Map(view.roots);
  roots.delete(newest);
  return { ...view, files, roots };
}

/** A channel by a stolen channel key, of now or of before: any release, any sequence. The release key is never stolen with it. */
async function forged(world: World, random: Random): Promise<View> {
  const around = pick(world.history, random);
  const signer = pick([...world.current.roots.values()], random).channel;
  const release = pick([...around.releases.values()], random);
  const { digest, sequence } = release;
  const over: Partial<ModelChannel> = {
    signer,
    sequence: 1 + random(world.channel.sequence + 6),
    root: 1 + random(world.root.version + 1),
    expiresMs: world.nowMs + (random(20) - 5) * DAY_MS,
    release: { digest, sequence },
    revoked: [],
  };
  const { facts, bytes } = await world.forge(over);
  return { ...around, channel: facts, files: new Map([...around.files, [CHANNEL, bytes]]) };
}

function pick<T>(all: readonly T[], random: Random): T {
  return all[random(all.length)] as T;
}
