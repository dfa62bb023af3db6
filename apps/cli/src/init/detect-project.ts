import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { assertFolder } from '../read-input.js';

/** What `lading init` found in a folder. */
export interface DetectedProject {
  readonly kind: 'defold' | 'vite' | 'plain';
  readonly name: string;
  /** Paths for the configuration, relative to the folder. */
  readonly graph?: string | undefined;
  readonly content?: string | undefined;
  readonly assets?: string | undefined;
  /** Where the project publishes already: what Defold's Amazon mode is set to. */
  readonly bucket?:
    | { readonly bucket: string; readonly prefix: string; readonly profile: string | undefined }
    | undefined;
  /** What to do next, for people. */
  readonly next: string;
}

const VITE_CONFIGS: readonly string[] = ['ts', 'mts', 'js', 'mjs', 'cjs'].map(
  (extension) => `vite.config.${extension}`,
);
const ASSET_FOLDERS: readonly string[] = ['assets', 'content', 'public', 'static'];

/** Tells a Defold, a Vite and a plain project apart by the files at the top of its folder. */
export async function detectProject(dir: string): Promise<DetectedProject> {
  await assertFolder(dir);
  if (existsSync(join(dir, 'game.project'))) return defoldProject(dir);
  if (VITE_CONFIGS.some((name) => existsSync(join(dir, name)))) {
    return {
      kind: 'vite',
      name: await packageName(dir),
      assets: 'public',
      next: 'name your roots in lading.config.ts, then run lading plan.',
    };
  }
  const assets = ASSET_FOLDERS.find((name) => existsSync(join(dir, name))) ?? '.';
  return {
    kind: 'plain',
    name: await packageName(dir),
    assets,
    next: 'name your roots in lading.config.ts, then run lading plan.',
  };
}

async function defoldProject(dir: string): Promise<DetectedProject> {
  const project = readIni(await readFile(join(dir, 'game.project'), 'utf8'));
  const settingsFile = join(dir, (project.get('liveupdate.settings') ?? '/liveupdate.settings').replace(/^\/+/, ''));
  const settings = existsSync(settingsFile) ? readIni(await readFile(settingsFile, 'utf8')) : new Map<string, string>();
  return {
    kind: 'defold',
    name: slug(project.get('project.title') ?? basename(dir)),
    graph: 'build/default/game.graph.json',
    content: contentOf(settings),
    bucket: bucketOf(settings),
    next: `${settings.get('liveupdate.mode') === 'Amazon' ? 'set the Live Update mode to Zip (Amazon leaves nothing here), ' : ''}build with Live Update publishing on (bob.jar --archive --liveupdate yes …), then run lading plan.`,
  };
}

/** Where Bob puts the Live Update content, by the publisher's settings (mode Zip or Folder). */
function contentOf(settings: ReadonlyMap<string, string>): string {
  const clean = (path: string): string => path.replaceAll('\\', '/').replace(/^\/+/, '').replace(/\/+$/, '');
  if (settings.get('liveupdate.mode') === 'Folder') {
    return `${clean(settings.get('liveupdate.output-directory') ?? '.')}/${settings.get('liveupdate.output-folder-name') ?? 'defold_resources'}`;
  }
  const name = settings.get('liveupdate.zip-filename') ?? 'liveupdate.zip';
  const folder = clean(settings.get('liveupdate.zip-filepath') ?? '');
  return `${folder === '' ? '' : `${folder}/`}${name.endsWith('.zip') ? name : `${name}.zip`}`;
}

/** The bucket of the publisher's Amazon mode, also where another mode is chosen now. */
function bucketOf(settings: ReadonlyMap<string, string>): DetectedProject['bucket'] {
  const bucket = settings.get('liveupdate.amazon-bucket') ?? '';
  if (bucket === '') return undefined;
  const prefix = (settings.get('liveupdate.amazon-prefix') ?? '').replace(/^\/+|\/+$/g, '');
  const profile = settings.get('liveupdate.amazon-credential-profile') ?? '';
  return { bucket, prefix, profile: profile === '' ? undefined : profile };
}

/** Reads `[section]` and `key = value` lines into `section.key`. */
function readIni(text: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  let section = '';
  for (const line of text.split(/\r?\n/)) {
    const header = /^\[([^\]]+)\]\s*$/.exec(line.trim());
    const at = line.indexOf('=');
    if (header !== null) section = header[1] ?? '';
    else if (at > 0) values.set(`${section}.${line.slice(0, at).trim().toLowerCase()}`, line.slice(at + 1).trim());
  }
  return values;
}

async function packageName(dir: string): Promise<string> {
  const file = join(dir, 'package.json');
  if (!existsSync(file)) return slug(basename(dir));
  try {
    const { name } = JSON.parse(await readFile(file, 'utf8')) as { name?: unknown };
    return slug(typeof name === 'string' ? name : basename(dir));
  } catch (error) {
    if (error instanceof SyntaxError) return slug(basename(dir));
    throw error;
  }
}

function slug(name: string): string {
  return (
    name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '') || 'game'
  );
}
