import type { Runtime } from '@lading/mount';
import { counted, shortBytes } from './byte-text.js';
import type { RoomDoor } from './gallery-config.js';

/** What the newest release costs in one room, before anything of it is downloaded. */
export interface RoomBill {
  readonly title: string;
  readonly bytes: number;
  readonly requests: number;
}

/** Asks the runtime, which counts without a request. */
export function roomBill(runtime: Runtime, { path, title }: RoomDoor): RoomBill {
  const { bytes, requests } = runtime.missing(path);
  return { title, bytes, requests };
}

/** The bill in a sentence. */
export function billText(bills: readonly RoomBill[]): string {
  const due = bills.filter(({ bytes }) => bytes > 0);
  if (due.length === 0) return 'nothing to download for the rooms that you have been in';
  return due
    .map(({ title, bytes, requests }) => `${title} at most ${shortBytes(bytes)} in ${counted(requests, 'request')}`)
    .join(', ');
}
