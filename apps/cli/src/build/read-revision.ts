import { open, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { defoldGraph, loadGraph, type ResourceGraph } from '@lading/graph';
import { readPieces } from '@lading/graph/node';
import {
  channelKey,
  isLadingError,
  MAX_CHANNEL_BYTES,
  MAX_RELEASE_BYTES,
  PAYLOAD_TYPES,
  parseChannel,
  parseJson,
  parseRelease,
  type Release,
  readEnvelope,
} from '@lading/manifest';
import type { ContentOrigin } from '@lading/mount';
import { parseSplitPlan, type SplitPlan } from '@lading/splitter';
import { CliError } from '../cli-error.js';
import type { CommandContext } from '../command-context.js';
import { contentPlace } from '../mounting/content-place.js';
import { readInput } from '../read-input.js';

/** One side of a comparison: a release, a plan, or a graph. */
export type Revision =
  | { readonly kind: 'graph'; readonly name: string; readonly graph: ResourceGraph }
  | { readonly kind: 'release'; readonly name: string; readonly release: Release }
  | { readonly kind: 'plan'; readonly name: string; readonly plan: SplitPlan };

const MAX_PLAN_BYTES = 512 * 1024 * 1024;
const PAYLOAD_TYPE = /^\s*\{\s*"payload/;

/**
 * Reads one side of a comparison: a layout (folder or URL: what its channel points at, else the release with the highest
 * sequence), a release document, a plan as `plan --json` or `split --json` prints it, or a `game.graph.json`. Signatures are not
 * checked.
 *
 * @throws CliError `ERR_INPUT_MISSING`, `ERR_INPUT_UNKNOWN`; ManifestError where a document is wrong.
 */
export async function readRevision(
  context: CommandContext,
  text: string,
  channel: string | undefined,
): Promise<Revision> {
  if (!(await isPlainFile(context, text))) {
    const place = await contentPlace(context, text, channel);
    return { kind: 'release', name: text, release: await releaseOf(context, place, channel !== undefined) };
  }
  const file = resolve(context.cwd, text);
  if (await isGraphFile(file)) return { kind: 'graph', name: text, graph: await graphIn(file, context.signal) };
  const bytes = await readInput(file, MAX_PLAN_BYTES);
  if (PAYLOAD_TYPE.test(new TextDecoder().decode(bytes.subarray(0, 200))))
    return { kind: 'release', name: text, release: releaseIn(bytes, text) };
  return { kind: 'plan', name: text, plan: planIn(bytes, text) };
}

/**
 * Reads a split plan, as `plan --json` or `split --json` prints it.
 *
 * @throws CliError `ERR_INPUT_MISSING`; ManifestError `ERR_JSON`; SplitError `ERR_SPLIT_PLAN`.
 */
export async function readPlan(context: CommandContext, file: string): Promise<SplitPlan> {
  return planIn(await readInput(resolve(context.cwd, file), MAX_PLAN_BYTES), file);
}

function planIn(bytes: Uint8Array, name: string): SplitPlan {
  return parseSplitPlan(parseJson(bytes, { maxBytes: MAX_PLAN_BYTES, what: name, uniqueKeys: true }));
}

/** Of all these only a graph is a list. */
async function isGraphFile(file: string): Promise<boolean> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(64), 0, 64, 0);
    return /^\ufeff?\s*\[/.test(buffer.toString('utf8', 0, bytesRead));
  } finally {
    await handle.close();
  }
}

async function graphIn(file: string, signal: AbortSignal): Promise<ResourceGraph> {
  return loadGraph(defoldGraph({ graph: readPieces(file, { signal }) }), { signal });
}

async function isPlainFile(context: CommandContext, text: string): Promise<boolean> {
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(text)) return false;
  const path = resolve(context.cwd, text);
  if (/[\\/]channels[\\/][^\\/]+\.json$/.test(path)) return false;
  return stat(path).then(
    (facts) => facts.isFile(),
    () => false,
  );
}

async function releaseOf(
  context: CommandContext,
  { origin, channel }: { readonly origin: ContentOrigin; readonly channel: string },
  isNamed: boolean,
): Promise<Release> {
  const { signal } = context;
  const pointer = await origin.fetch(channelKey(channel), { maxBytes: MAX_CHANNEL_BYTES, signal });
  if (pointer !== undefined) {
    const { key } = parseChannel(readEnvelope(pointer).payload).release;
    const bytes = await origin.fetch(key, { maxBytes: MAX_RELEASE_BYTES, signal });
    if (bytes === undefined) throw unknown(origin.name, `has no ${key}, which channel ${channel} points at`);
    return releaseIn(bytes, key);
  }
  if (isNamed) throw unknown(origin.name, `has no channel ${channel}`);
  const newest = await newestRelease(context, origin);
  if (newest === undefined) throw unknown(origin.name, 'has no channel and no release');
  return newest;
}

/** The release with the highest sequence of a layout; `undefined` where there is none. */
export async function newestRelease({ signal }: CommandContext, origin: ContentOrigin): Promise<Release | undefined> {
  const listed = (await origin.list?.({ signal })) ?? [];
  let newest: Release | undefined;
  for (const { key } of listed.filter((object) => /^releases\/[^/]+\.json$/.test(object.key))) {
    const bytes = await origin.fetch(key, { maxBytes: MAX_RELEASE_BYTES, signal });
    const release = bytes === undefined ? undefined : releaseIn(bytes, key);
    if (release !== undefined && (newest === undefined || release.sequence > newest.sequence)) newest = release;
  }
  return newest;
}

function releaseIn(bytes: Uint8Array, name: string): Release {
  try {
    const { payloadType, payload } = readEnvelope(bytes);
    if (payloadType !== PAYLOAD_TYPES.release) throw unknown(name, `is a signed document of another kind`);
    return parseRelease(payload);
  } catch (error) {
    if (!isLadingError(error) || error instanceof CliError) throw error;
    throw new CliError('ERR_INPUT_UNKNOWN', `${name} is no release: ${error.message}`, {
      cause: error,
      details: { file: name, code: error.code },
      hint: 'Give a folder that lading split or publish wrote, a document of its releases/, or a plan of lading plan --json.',
    });
  }
}

function unknown(name: string, problem: string): CliError {
  return new CliError('ERR_INPUT_UNKNOWN', `${name} ${problem}`, {
    details: { file: name },
    hint: 'Give a folder or URL that lading split or publish wrote, a release document, or a plan of lading plan --json.',
  });
}
