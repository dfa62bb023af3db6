import { type VariantChoice, variantLayers } from '@lading/manifest/client';
import type { MountIntent } from './mount-intent.js';
import { type MountRow, MountTable } from './mount-table.js';
import type { Restored } from './restore-mounts.js';
import { type Mounted, nameTaken } from './root-plan.js';
import type { RuntimeEmitter } from './runtime-events.js';
import type { KnownRelease } from './trust-state.js';

/** What is mounted: the table that serves, the intents that come back at the next start, and the release they are of. */
export class MountSet {
  readonly table: MountTable = new MountTable();
  readonly #events: RuntimeEmitter;
  #active: KnownRelease | undefined;
  #intents: ReadonlyMap<string, MountIntent> = new Map();
  #held: readonly string[] = [];
  #sequence = 0;
  #choice: VariantChoice;

  constructor(events: RuntimeEmitter, choice: VariantChoice) {
    this.#events = events;
    this.#choice = choice;
  }

  /** The release that the mounts come from. */
  get active(): KnownRelease | undefined {
    return this.#active;
  }

  get intents(): ReadonlyMap<string, MountIntent> {
    return this.#intents;
  }

  /** The roots that `ensure` made whole. */
  get held(): readonly string[] {
    return this.#held;
  }

  /** Which variants the app wants. */
  get choice(): VariantChoice {
    return this.#choice;
  }

  get rows(): readonly MountRow[] {
    return this.table.current.rows;
  }

  row(name: string): MountRow | undefined {
    return this.rows.find(({ mount }) => mount.name === name);
  }

  /** @throws MountError `ERR_MOUNT_EXISTS` */
  assertFree(name: string): void {
    if (this.row(name) !== undefined || this.#intents.has(name)) throw nameTaken(name);
  }

  /** The place of a new mount in the order of mounting. */
  nextSequence(): number {
    return ++this.#sequence;
  }

  /** What plans start from. */
  mounted(): Mounted {
    const otherNames = new Set(this.rows.map(({ mount }) => mount.name));
    for (const name of this.#intents.keys()) otherNames.delete(name);
    const active = this.#intents.size > 0 ? this.#active?.digest : undefined;
    return { active, intents: this.#intents, held: this.#held, otherNames, variants: this.#choice };
  }

  /** Takes over what an earlier session kept; its rows come into the table by themselves. */
  takeOver(restored: Restored, sequence: number): void {
    this.#sequence = sequence;
    this.#active = restored.active;
    this.#intents = restored.intents;
    this.#held = restored.held;
  }

  /** Notes what was kept in the store just now. */
  adopt(release: KnownRelease, intents: ReadonlyMap<string, MountIntent>, held: readonly string[] = this.#held): void {
    this.#active = release;
    this.#intents = intents;
    this.#held = held;
    for (const { sequence } of intents.values()) this.#sequence = Math.max(this.#sequence, sequence);
  }

  /** Notes that an intent was taken away in the store. */
  drop(name: string, held: readonly string[]): void {
    const rest = new Map(this.#intents);
    rest.delete(name);
    this.#intents = rest;
    this.#held = held;
  }

  /** Puts the table into the order of another choice. */
  async choose(choice: VariantChoice): Promise<void> {
    this.#choice = choice;
    await this.replaceRows(this.rows);
  }

  async replaceRows(rows: readonly MountRow[]): Promise<void> {
    const layerOf = variantLayers(this.#active?.release.variants, this.#choice);
    const generation = await this.table.replace(rows, ({ variant }) => layerOf(variant));
    this.#events.emit('generation', { number: generation.number });
  }

  async addRow(row: MountRow): Promise<void> {
    await this.replaceRows([...this.rows, row]);
    this.#events.emit('mounted', { mount: row.mount });
  }

  async removeRow(row: MountRow): Promise<void> {
    await this.replaceRows(this.rows.filter((other) => other !== row));
    this.#events.emit('unmounted', { mount: row.mount });
  }
}
