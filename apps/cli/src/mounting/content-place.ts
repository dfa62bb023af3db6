import { stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ContentOrigin, httpOrigin } from '@lading/mount';
import { folderOrigin } from '@lading/mount/node';
import { usageError } from '../cli-error.js';
import type { CommandContext } from '../command-context.js';
import { SETTING_DEFAULTS } from '../config/settings.js';
import { inputError } from '../read-input.js';

/** A published layout, and the channel that the user means. */
export interface ContentPlace {
  readonly origin: ContentOrigin;
  readonly channel: string;
  /** The folder, where the layout is one on this machine. */
  readonly dir: string | undefined;
}

const CHANNEL_PATH = /^(.*\/)channels\/([^/]+)\.json$/;

/** Reads a URL or a folder: the prefix of a layout, or a channel document in it. */
export async function contentPlace(
  context: CommandContext,
  text: string,
  channel: string | undefined,
): Promise<ContentPlace> {
  if (/^https?:\/\//i.test(text)) return httpPlace(text, channel);
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(text) && !text.startsWith('file://')) {
    throw usageError(
      `cannot read from ${withoutSecrets(text)}`,
      'Players read over HTTP: give the public URL of the bucket, or a folder.',
    );
  }
  return folderPlace(resolve(context.cwd, text.startsWith('file://') ? filePath(text) : text), channel);
}

function httpPlace(text: string, channel: string | undefined): ContentPlace {
  if (!URL.canParse(text)) throw usageError(`${withoutSecrets(text)} is not a URL`);
  const url = new URL(text);
  const match = CHANNEL_PATH.exec(url.pathname);
  if (match !== null) url.pathname = match[1] ?? '/';
  else if (!url.pathname.endsWith('/')) url.pathname += '/';
  return { origin: httpOrigin(url.href), channel: channel ?? match?.[2] ?? SETTING_DEFAULTS.channel, dir: undefined };
}

function filePath(url: string): string {
  try {
    return fileURLToPath(url);
  } catch (cause) {
    throw usageError(`${url} is not the URL of a file here: ${(cause as Error).message}`);
  }
}

/** A URL for a message: no user, no password, no query. */
function withoutSecrets(url: string): string {
  return url.replace(/\?.*$/s, '').replace(/\/\/[^/]*@/, '//');
}

async function folderPlace(path: string, channel: string | undefined): Promise<ContentPlace> {
  const facts = await stat(path).catch((error: unknown) => {
    throw inputError(path, error);
  });
  if (facts.isDirectory())
    return { origin: folderOrigin(path), channel: channel ?? SETTING_DEFAULTS.channel, dir: path };
  if (basename(dirname(path)) !== 'channels' || !path.endsWith('.json')) {
    throw usageError(
      `${path} is neither a folder nor a channel document`,
      'Give the folder of a layout, or channels/<name>.json in it.',
    );
  }
  const dir = join(dirname(path), '..');
  return { origin: folderOrigin(dir), channel: channel ?? basename(path, '.json'), dir };
}
