import { statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { channelKey, type VariantChoice } from '@lading/manifest';
import { createRuntime, memoryOrigin, memoryStore, type Runtime } from '@lading/mount';
import { nodeCodecs, nodeStore } from '@lading/mount/node';
import type { CommandContext } from '../command-context.js';
import { type ContentPlace, contentPlace } from './content-place.js';
import { mountLayout } from './mount-layout.js';
import { readPullRecord } from './pull-record.js';

/** A runtime with everything mounted that a place has. */
export interface OpenMounts {
  readonly runtime: Runtime;
  close(): Promise<void>;
}

/** What to mount, and whom to trust. */
export interface OpenMountsOptions {
  /** Envelope of the trusted root. Default: the root of first use. */
  readonly trust: Uint8Array | undefined;
  readonly channel: string | undefined;
  /** Mount only what this root needs. Default: every archive of the release. */
  readonly root: string | undefined;
  /** Which variants serve. Default: those that were pulled, else the first value of each axis. */
  readonly variants: VariantChoice | undefined;
}

/**
 * Mounts what a place has: the folder that `pull` keeps, a published layout by ranges, or a folder that `split` wrote,
 * which has no channel yet.
 */
export async function openMounts(
  context: CommandContext,
  text: string,
  options: OpenMountsOptions,
): Promise<OpenMounts> {
  const folder = resolve(context.cwd, text);
  if (!/^[a-z]+:\/\//i.test(text) && (await isNodeStore(folder))) return openStored(context, folder, options);
  const place = await contentPlace(context, text, options.channel);
  const isSplitFolder = place.dir !== undefined && !(await hasChannel(place.dir));
  return isSplitFolder && place.dir !== undefined
    ? mountLayout(context, place.dir, options)
    : openPublished(context, place, options);
}

async function openStored(
  context: CommandContext,
  folder: string,
  { trust, channel, variants }: OpenMountsOptions,
): Promise<OpenMounts> {
  const { signal, now } = context;
  const store = nodeStore(folder);
  const pulled = await readPullRecord(store);
  const runtime = await createRuntime({
    store,
    // Nothing is fetched: what was pulled is verified again and served as it is.
    origin: memoryOrigin(new Map()),
    channel: channel ?? pulled?.channel,
    keys: trust ?? pulled?.trust ?? 'first-use',
    start: 'stored',
    variants: variants ?? pulled?.variants,
    now,
    codecs: nodeCodecs,
    signal,
  });
  return { runtime, close: () => closeBoth(runtime, store) };
}

async function openPublished(
  context: CommandContext,
  place: ContentPlace,
  { trust, root, variants }: OpenMountsOptions,
): Promise<OpenMounts> {
  const { signal, now } = context;
  const store = memoryStore();
  if (trust === undefined) context.note('trusting the root of first use; pin it with --trust root.1.json');
  const runtime = await createRuntime({
    store,
    origin: place.origin,
    channel: place.channel,
    keys: trust ?? 'first-use',
    variants,
    now,
    codecs: nodeCodecs,
    signal,
  });
  const mounts: OpenMounts = { runtime, close: () => closeBoth(runtime, store) };
  try {
    const archives = root === undefined ? runtime.status().latest?.archives : runtime.missing(root).archives;
    for (const archive of archives ?? []) await runtime.addMount({ name: archive, archive, mode: 'remote', signal });
    return mounts;
  } catch (error) {
    await mounts.close();
    throw error;
  }
}

/** `pull` keeps its records beside its archives. */
async function isNodeStore(folder: string): Promise<boolean> {
  return isFolder(folder) && (await readdir(folder)).some((name) => /^records\.\d+\.json$/.test(name));
}

async function hasChannel(dir: string): Promise<boolean> {
  const folder = join(dir, channelKey('x'), '..');
  return isFolder(folder) && (await readdir(folder)).some((name) => name.endsWith('.json'));
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

async function closeBoth(runtime: Runtime, store: { close(): Promise<void> }): Promise<void> {
  await runtime.close();
  await store.close();
}
