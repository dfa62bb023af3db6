import { buildLayout, type Layout, type LayoutKeys, type LayoutOptions, layoutKeys, rootOf } from '@lading/fixtures';
import {
  channelKey,
  digestOf,
  PAYLOAD_TYPES,
  type PayloadType,
  type Root,
  releaseKey,
  rootKey,
  type SigningKey,
  sealEnvelope,
  signRoot,
} from '@lading/manifest';
import type { ServeVisit } from './attack-server.js';
import type { Files, Visit } from './transcript.js';

/** JSON as an attacker writes it: any fields, any values. */
export type Json = Record<string, unknown>;

/** An envelope as it stands in a file. */
export interface Wire {
  payloadType: string;
  payload: string;
  signatures: { keyid: string; sig: string }[];
}

/** What is published: by default one archive with `/level.txt`, and one more with `/extra.txt`. */
export interface PublishOptions extends Partial<Omit<LayoutOptions, 'keys'>> {
  /** What `/level.txt` says. */
  readonly says: string;
  /** Keys that sign instead of the project's. */
  readonly keys?: Partial<LayoutKeys> | undefined;
  /** Signed root documents, from `root/1.json` on. Default: that of the scene. */
  readonly chain?: readonly Uint8Array[] | undefined;
}

/** A published layout that can be looked at, and tampered with. */
export interface Published {
  readonly says: string;
  readonly files: Files;
  readonly layout: Layout;
}

/** One project with its keys, a thief with his own, and a server for what has to go over HTTP. */
export interface Scene {
  readonly keys: LayoutKeys;
  readonly thief: LayoutKeys;
  /** Other keys of the project, to rotate to. */
  readonly fresh: LayoutKeys;
  /** Root 1, signed: what the app pins. */
  readonly root: Uint8Array;
  /** Puts a layout on the server. */
  readonly serve: ServeVisit;
}

/** Makes a scene with real keys. */
export async function createScene(serve: ServeVisit): Promise<Scene> {
  const [keys, thief, fresh] = await Promise.all([layoutKeys(), layoutKeys(), layoutKeys()]);
  return { keys, thief, fresh, root: (await signRoot(rootOf(keys), [keys.root])).bytes, serve };
}

/** Publishes content, signed by the project's keys unless others are given. */
export async function publish(scene: Scene, options: PublishOptions): Promise<Published> {
  const { says, keys, chain = [scene.root], ...rest } = options;
  const layout = await buildLayout({
    archives: {
      level: { members: [member('level.txt', says)] },
      extra: { members: [member('extra.txt', `extra ${says}`)] },
    },
    roots: { '/level.txt': ['level'] },
    ...rest,
    keys: { ...scene.keys, ...keys },
  });
  const files = Object.fromEntries([...layout.files, ...chain.map((bytes, i) => [rootKey(i + 1), bytes] as const)]);
  return { says, files, layout };
}

/** A member of an archive. */
export function member(name: string, text: string): { readonly name: string; readonly bytes: Uint8Array } {
  return { name, bytes: new TextEncoder().encode(text) };
}

/** The visit of an app that gets its level from a layout and reads it. */
export function visit({ files, says }: Pick<Published, 'files' | 'says'>, over: Partial<Visit> = {}): Visit {
  return { network: { files }, asks: [{ ensure: '/level.txt' }, { read: '/level.txt', gives: says }], ...over };
}

/** A layout with other bytes under some keys. */
export function withFiles(published: Published, files: Files): Published {
  return { ...published, files: { ...published.files, ...files } };
}

/** Key of an archive in a published layout. */
export function archiveKeyOf({ layout }: Published, name: string): string {
  const archive = layout.release.archives.find((one) => one.name === name);
  if (archive === undefined) throw new Error(`the layout has no archive ${name}`);
  return archive.key;
}

/** Bytes of a published layout. */
export function fileOf({ files }: Published, key: string): Uint8Array {
  const bytes = files[key];
  if (bytes === undefined) throw new Error(`the layout has no ${key}`);
  return bytes;
}

/** Signs any JSON as a document of Lading: what honest code would refuse to write. */
export function seal(
  type: keyof typeof PAYLOAD_TYPES,
  document: Json,
  keys: readonly SigningKey[],
): Promise<Uint8Array> {
  return sealBytes(PAYLOAD_TYPES[type], encode(document), keys);
}

/** Signs any bytes under any payload type. */
export function sealBytes(type: PayloadType, payload: Uint8Array, keys: readonly SigningKey[]): Promise<Uint8Array> {
  return sealEnvelope(type, payload, [...keys]);
}

/** The document inside an envelope, as JSON. */
export function documentOf(envelope: Uint8Array): Json {
  return JSON.parse(new TextDecoder().decode(payloadOf(envelope))) as Json;
}

/** The payload bytes of an envelope. */
export function payloadOf(envelope: Uint8Array): Uint8Array {
  return Uint8Array.from(atob(wireOf(envelope).payload), (character) => character.charCodeAt(0));
}

/** The JSON of an envelope, to be tampered with. */
export function wireOf(envelope: Uint8Array): Wire {
  return JSON.parse(new TextDecoder().decode(envelope)) as Wire;
}

/** An envelope with other fields, written canonically. */
export function rewire(envelope: Uint8Array, over: Json): Uint8Array {
  return encode({ ...wireOf(envelope), ...over });
}

/** A layout whose channel says something else, signed by the project's channel key or by others. */
export async function withChannel(
  scene: Scene,
  published: Published,
  over: Json,
  keys: readonly SigningKey[] = [scene.keys.channel],
): Promise<Published> {
  const key = channelKey('stable');
  const document = { ...documentOf(fileOf(published, key)), ...over };
  return withFiles(published, { [key]: await seal('channel', document, keys) });
}

/** A layout with another release and a channel that points at it; what the channel says of it may differ from what it is. */
export async function withRelease(
  scene: Scene,
  published: Published,
  over: Json,
  pointer: Json = {},
): Promise<Published> {
  const former = fileOf(published, releaseKey(published.layout.releaseDigest));
  const payload = encode({ ...documentOf(former), ...over });
  const bytes = await sealBytes(PAYLOAD_TYPES.release, payload, [scene.keys.release]);
  const digest = await digestOf(payload);
  const { sequence } = published.layout.release;
  const release = { key: releaseKey(digest), digest, sizeBytes: payload.length, sequence, ...pointer };
  return withChannel(scene, withFiles(published, { [releaseKey(digest)]: bytes }), { release });
}

/** A signed next root, with what differs from the one that gives each role of `keys` one key. */
export async function nextRoot(
  keys: LayoutKeys,
  version: number,
  signers: readonly SigningKey[],
  over: Json = {},
): Promise<Uint8Array> {
  return seal('root', { ...(rootOf(keys, version) as Root & Json), ...over }, signers);
}

/** A root in which a role has these keys. */
export function rolesWith(
  keys: LayoutKeys,
  role: keyof Root['roles'],
  of: readonly SigningKey[],
  threshold: number,
): Json {
  const root = rootOf(keys);
  const known = of.map(
    (key) => [key.keyid, { algorithm: key.algorithm, spki: Buffer.from(key.spki).toString('base64') }] as const,
  );
  return {
    keys: { ...root.keys, ...Object.fromEntries(known) },
    roles: { ...root.roles, [role]: { keyids: of.map(({ keyid }) => keyid), threshold } },
  };
}

/** JSON bytes. */
export function encode(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}
