import type { Runtime } from '@lading/mount';
import { asRecord } from './gallery-config.js';

/** A room, read from its mounted archives. */
export interface RoomContent {
  readonly title: string;
  readonly text: string;
  readonly pictures: readonly Picture[];
  /** Paths of sounds. */
  readonly ambience: string;
  readonly door: string;
}

/** A picture of a room, verified and ready to show. */
export interface Picture {
  readonly path: string;
  readonly title: string;
  /** `blob:` URL; the page gives it back with `URL.revokeObjectURL`. */
  readonly url: string;
  readonly sizeBytes: number;
  /** Which archive served it, and under which digest. */
  readonly archive: string | undefined;
  readonly digest: string | undefined;
}

/** Reads a room and its pictures through the mount stack. Every byte was verified before it gets here. */
export async function readRoom(runtime: Runtime, path: string): Promise<RoomContent> {
  const room = asRecord(JSON.parse(new TextDecoder().decode(await runtime.read(path))));
  const pictures = Array.isArray(room.pictures) ? room.pictures.map(asRecord) : [];
  return {
    title: String(room.title),
    text: String(room.text),
    pictures: await Promise.all(
      pictures.map((picture) => readPicture(runtime, String(picture.src), String(picture.title))),
    ),
    ambience: String(room.ambience),
    door: String(room.door),
  };
}

/** Gives back the object URLs of a room that is not shown any more. */
export function releaseRoom({ pictures }: RoomContent): void {
  for (const { url } of pictures) URL.revokeObjectURL(url);
}

async function readPicture(runtime: Runtime, path: string, title: string): Promise<Picture> {
  const { mount, entry } = runtime.resolve(path);
  const url = await runtime.url(path);
  return { path, title, url, sizeBytes: entry?.sizeBytes ?? 0, archive: mount?.name, digest: entry?.digest };
}
