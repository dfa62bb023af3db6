import type { Inspected } from './inspected.js';

/** One tab of the inspector. */
export interface Panel {
  /** Its name in ids: `mounts`. */
  readonly id: string;
  readonly title: string;
  readonly node: HTMLElement;
  /** Brings it up to what is there now. Called only while it can be seen. */
  update(): void;
}

/** Makes a panel for what is inspected. */
export type MakePanel = (inspected: Inspected) => Panel;
